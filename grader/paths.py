"""Where a submission is: by its name in submissions/, or by its path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from grader.errors import CallError

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = ROOT / "submissions"
FILE_KINDS = (".zip", ".ipynb", ".py")
LISTED = 20


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
    """The folder that a submission's report stands in: `x` for x/, x.zip, x.ipynb and x.py."""
    if path.name in ("", ".."):
        path = path.resolve()
    if path.suffix.lower() in FILE_KINDS and not path.is_dir():
        return path.stem
    return path.name or "submission"


def report_folders(paths: Iterable[Path], out: Path) -> Mapping[Path, Path]:
    """Submission -> folder of its report; a path given twice counts once.

    Raises CallError where two submissions would write to the same folder.
    """
    folders: dict[Path, Path] = {}
    owners: dict[str, Path] = {}
    for path in dict.fromkeys(paths):
        name = report_name(path)
        other = owners.setdefault(name.casefold(), path)
        if other.resolve() != path.resolve():
            raise CallError(
                f"{shown(other)} and {shown(path)} would both be reported in {shown(out / name)}: "
                "grade them in two calls with different --out."
            )
        folders[path] = out / name
    return folders


def submissions_in(folder: Path) -> tuple[Path, ...]:
    """The entries of a folder that can be submissions, sorted by name."""
    if not folder.is_dir():
        return ()
    entries = (entry for entry in folder.iterdir() if not entry.name.startswith((".", "__")))
    return tuple(sorted(entry for entry in entries if entry.is_dir() or entry.suffix.lower() in FILE_KINDS))


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
