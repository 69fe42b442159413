"""Where a submission is: by its name in submissions/, or by its path; and where what we write may go."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import count
from pathlib import Path

from grader.errors import CallError

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = ROOT / "submissions"
FILE_KINDS = (".zip", ".tar", ".tar.gz", ".tgz", ".ipynb", ".py", ".qmd", ".rmd")
LISTED = 20  # submissions in a message: a screen's worth
SHUT = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)  # of the machine, not of the grader
RESERVED = ("", "..", "index.html", "gradebook.csv")  # what a folder of reports needs for itself


def find(word: str, home: Path) -> Path:
    """The submission that `word` means: a name in `home`, else a path.

    Raises CallError where there is no such submission, or where a name in `home` is a link out of it.
    """
    named = _named(word, home) if Path(word).name == word else None
    if named is not None:
        return named
    path = Path(os.path.expanduser(word))  # noqa: PTH111 (a ~ that means nobody stays as it is)
    if path.exists():
        return path
    raise CallError(_unknown(word, home))


def report_name(path: Path) -> str:
    """The folder that a submission's report stands in: `x` for x/, x.zip, x.tar.gz, x.ipynb and x.py."""
    if path.name in ("", ".."):
        path = path.resolve()
    ending = "" if path.is_dir() else file_kind(path)
    return path.name[: len(path.name) - len(ending)] or "submission"


def file_kind(path: Path) -> str:
    """The ending by which a file can be a submission, in small letters, "" where it has none."""
    return next((kind for kind in FILE_KINDS if path.name.lower().endswith(kind)), "")


def report_folders(paths: Iterable[Path], out: Path) -> tuple[Mapping[Path, Path], tuple[str, ...]]:
    """Submission -> folder of its report, a path given twice counts once; and which got another folder."""
    given = list({path.resolve(): path for path in paths}.values())
    names, said = report_names([(report_name(path), path) for path in given])
    return {path: out / names[path] for path in given}, tuple(one for told in said.values() for one in told)


def report_names(
    wanted: Sequence[tuple[str, Path]],
) -> tuple[Mapping[Path, str], Mapping[Path, tuple[str, ...]]]:
    """The folder of each submission's report, by path, no two the same; and what to say of those renamed.

    Where two want one name the whole name of the file tells them apart; a number does where that is taken, or
    where the name is one that the class's own files need. No case, and no way of writing an accent, counts.
    """
    names, said, taken = dict[Path, str](), dict[Path, tuple[str, ...]](), set(map(_folded, RESERVED))
    times = Counter(_folded(name) for name, _ in wanted)
    alone = [one for one in wanted if times[_folded(one[0])] == 1]
    for name, path in (*alone, *sorted((one for one in wanted if one not in alone), key=lambda one: one[1])):
        shared = times[_folded(name)] > 1
        names[path] = _free(path.name if shared else name, taken)
        taken.add(_folded(names[path]))
        if names[path] != name:
            said[path] = (
                f"The report of {shown(path.name)} stands in {shown(names[path])}/: {shown(name)} is taken.",
            )
    return names, said


def _free(name: str, taken: Container[str]) -> str:
    numbered = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(one for one in numbered if _folded(one) not in taken)


def _folded(name: str) -> str:
    """Names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).rstrip(". ")


def submissions_in(folder: Path) -> tuple[Path, ...]:
    """The entries of a folder that can be submissions, sorted by name."""
    if not folder.is_dir():
        return ()
    entries = (entry for entry in folder.iterdir() if not entry.name.startswith((".", "__")))
    return tuple(sorted(entry for entry in entries if entry.is_dir() or file_kind(entry)))


def refuse_other_things(folder: Path, is_ours: Callable[[Path], bool], what: str) -> None:
    """Raise CallError for a folder with any file that isn't ours, by its path in there: it would be gone."""
    if folder.exists() and not folder.is_dir():
        raise CallError(f"{shown(folder)} is a file: {what} to a folder.")
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    strange = sorted(path for path in (file.relative_to(folder) for file in files) if not is_ours(path))
    if strange:
        raise CallError(
            f"{shown(folder)} holds other things ({shown(strange[0])}): {what} to a folder of its own."
        )


def shut(error: Exception) -> str:
    """Why a place can't be read or written, where that is what an error says, else ""."""
    if not isinstance(error, OSError) or error.errno not in SHUT:
        return ""
    where = f": {shown(error.filename)}" if error.filename else ""
    return f"{error.strerror}{where}."


def shown(text: object) -> str:
    """`text` on one line, for a terminal: control characters are written out, never obeyed."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in str(text))


def _named(word: str, home: Path) -> Path | None:
    for entry in submissions_in(home):
        if word in (entry.name, report_name(entry)):
            if not entry.resolve().is_relative_to(home.resolve()):
                raise CallError(f"{shown(entry)} is a link out of {shown(home)}: give the path it leads to.")
            return entry
    return None


def _unknown(word: str, home: Path) -> str:
    if Path(word).name != word:
        return f"There is no file or folder {shown(word)}."
    names = [report_name(entry) for entry in submissions_in(home)]
    if not names:
        return f"There is no submission {shown(word)!r}: {shown(home)} is empty or missing."
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    order = close + [name for name in names if name not in close]
    rest = f" and {len(order) - LISTED} more" if len(order) > LISTED else ""
    return (
        f"There is no submission {shown(word)!r} in {shown(home)}. "
        f"There are: {shown(', '.join(order[:LISTED]))}{rest}."
    )
