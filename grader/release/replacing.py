"""A release in place of an older one: whichever step it is killed at, the next start finds one of them whole.

The new one is written to `.release.part`. The old one is moved to `.release.before`; then the new one is
called `.release.whole`, and moved into its place. What is out of use is called `.release.gone` before it is
deleted: a file of it that can't be is taken for nothing else.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TypeVar

PART, WHOLE, BEFORE, GONE = ".release.part", ".release.whole", ".release.before", ".release.gone"
OURS = (PART, WHOLE, BEFORE)
V = TypeVar("V")


def replace(to: Path, write: Callable[[Path], V]) -> V:
    """Let `write` fill a folder, and put that in place of what `to` holds; what `write` gave.

    Whatever is raised on the way, one of the two is whole.
    """
    part, whole, before = (to / name for name in OURS)
    part.mkdir(parents=True)
    try:
        made = write(part)
        before.mkdir()
        for path in [path for path in to.iterdir() if not is_ours(path.name)]:
            path.rename(before / path.name)
        part.rename(whole)
    finally:
        recover(to)
    return made


def is_ours(name: str) -> bool:
    """Whether a release is made by way of a file of this name."""
    return name in OURS or name.startswith(GONE)


def recover(to: Path) -> str:
    """Finish a release whose older one is out of the way, else undo it; what was done with one cut off."""
    try:
        return _recovered(to)
    finally:
        left(to)


def _recovered(to: Path) -> str:
    part, whole, before = (to / name for name in OURS)
    if whole.exists():
        for path in list(whole.iterdir()):
            path.rename(to / path.name)
        _discard(before)
        whole.rmdir()
        return "An earlier release was cut off when it was all written: it is in its place now."
    moved = list(before.iterdir()) if before.exists() else []
    for path in moved:
        if not (to / path.name).exists():
            path.rename(to / path.name)
    for folder in (before, part):
        _discard(folder)
    return "An earlier release was cut off: the one before it is back in its place." if moved else ""


def left(to: Path) -> list[Path]:
    """Try once more to delete what is out of use; what still can't be deleted."""
    gone = sorted(to.glob(f"{GONE}*"))
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return [folder for folder in gone if folder.exists()]


def _discard(folder: Path) -> None:
    """Take a folder out of use, and delete as much of it as can be."""
    if folder.exists():
        names = (folder.with_name(f"{GONE}.{number}") for number in count(1))
        shutil.rmtree(folder.rename(next(name for name in names if not name.exists())), ignore_errors=True)
