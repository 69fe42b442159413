"""Whether a folder that is to be graded as one submission looks like a whole class."""

from __future__ import annotations

from pathlib import Path

from grader.assignment import FCN32S
from grader.classroom.handed_in import export_of
from grader.errors import CallError
from grader.paths import file_kind, shown, submissions_in

NOTEBOOK, SCRIPT = ".ipynb", ".py"
NETWORK = f"class {FCN32S.name}".encode()  # whoever writes it hands in a solution of their own
ENOUGH = 20 * 2**20  # bytes of a file that are searched: a notebook with its pictures has a few million
SAME = 4  # letters: assignment3.ipynb, assignment3-copy.ipynb


def refuse_a_class(path: Path) -> None:
    """Raise CallError for a folder of several people's work: graded as one, all but one would be lost."""
    if path.is_dir() and (what := _class_of(path)):
        word = shown(path)
        raise CallError(
            f"{word} looks like a class ({what}): grade it with `class {word}`, or name one of it."
        )


def _class_of(folder: Path) -> str:
    if export := export_of(folder):
        return f"an export of {export}"
    inside = submissions_in(folder)
    if export := next(filter(None, (export_of(path) for path in inside if path.is_dir())), ""):
        return f"an export of {export} lies in it"
    notebooks = [path for path in inside if path.suffix.lower() == NOTEBOOK and _is_solution(path)]
    if len(notebooks) > 1 and len({path.name[:SAME].casefold() for path in notebooks}) == len(notebooks):
        return f"{len(notebooks)} notebooks, each with networks of its own"
    if any(path.suffix.lower() == NOTEBOOK for path in inside):
        return ""
    archives = [path for path in inside if not path.is_dir() and file_kind(path) not in (NOTEBOOK, SCRIPT)]
    folders = [path for path in inside if path.is_dir() and any(map(_is_solution, path.glob(f"*{NOTEBOOK}")))]
    several = len(archives) + len(folders)
    return f"{several} archives and folders with notebooks" if several > 1 else ""


def _is_solution(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return NETWORK in file.read(ENOUGH)
