"""A folder that a student made: its entries, its size, its removal; no step is as deep as the folders are."""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DEEPEST = 60  # folders in each other
MOST = 50_000  # entries that are looked at
ENTRY = 1024  # bytes that an entry costs the kernel, whatever it holds


@dataclass(frozen=True, slots=True)
class Size:
    """What stands in a folder: bytes on the disk, entries, the depth of its folders, as far as was looked."""

    size: int = 0
    entries: int = 0
    depth: int = 0


def measure(folder: Path) -> Size:
    """Look at a folder, no deeper than DEEPEST and at no more than MOST entries: more is too much anyway."""
    size = entries = deepest = 0
    for entry, depth in walk(folder):
        entries, deepest = entries + 1, max(deepest, depth)
        with suppress(OSError):
            size += ENTRY + entry.stat(follow_symlinks=False).st_blocks * 512
        if entries >= MOST or deepest > DEEPEST:
            break
    return Size(size, entries, deepest)


def walk(folder: Path) -> Iterator[tuple[os.DirEntry[str], int]]:
    """Every entry below a folder and its depth, counted from 1; links are not followed."""
    left = deque([(str(folder), 1)])
    while left:
        path, depth = left.popleft()
        with suppress(OSError), os.scandir(path) as entries:
            for entry in entries:
                yield entry, depth
                if entry.is_dir(follow_symlinks=False):
                    left.append((entry.path, depth + 1))


def shallow(folder: Path) -> Iterator[Path]:
    """Everything below a folder that is no deeper than DEEPEST, folders before what is in them."""
    for entry, depth in walk(folder):
        if depth > DEEPEST:
            return
        yield Path(entry.path)


def remove(folder: Path) -> None:
    """Delete a folder and all in it; a folder in it is moved up before it is opened, so that none is deep."""
    with suppress(OSError):
        folder.chmod(0o700)
    left, count = [folder], 0
    while left:
        for path in _listed(left.pop()):
            with suppress(OSError):
                if path.is_dir() and not path.is_symlink():
                    path.chmod(0o700)  # it may be closed to who owns it
                    left.append(path.rename(folder / f".removed-{count}"))
                    count += 1
                else:
                    path.unlink()
    shutil.rmtree(folder, ignore_errors=True)  # nothing but empty folders


def _listed(folder: Path) -> list[Path]:
    with suppress(OSError):
        return list(folder.iterdir())
    return []
