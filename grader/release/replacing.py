"""A release in place of an older one: whichever step it is killed at, the next start finds one of them whole.

The new one is written to `.release.part`. The old one is moved to `.release.before`; then the new one is
called `.release.whole`, and moved into its place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

PART, WHOLE, BEFORE = ".release.part", ".release.whole", ".release.before"
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
        for path in [path for path in to.iterdir() if path.name not in OURS]:
            path.rename(before / path.name)
        part.rename(whole)
    finally:
        recover(to)
    return made


def recover(to: Path) -> str:
    """Finish a release whose older one is out of the way, else undo it; what was done with one cut off."""
    part, whole, before = (to / name for name in OURS)
    if whole.exists():
        for path in list(whole.iterdir()):
            path.rename(to / path.name)
        shutil.rmtree(before, ignore_errors=True)
        whole.rmdir()
        return "An earlier release was cut off when it was all written: it is in its place now."
    moved = list(before.iterdir()) if before.exists() else []
    for path in moved:
        if not (to / path.name).exists():
            path.rename(to / path.name)
    for folder in (before, part):
        shutil.rmtree(folder, ignore_errors=True)
    return "An earlier release was cut off: the one before it is back in its place." if moved else ""
