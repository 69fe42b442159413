"""A folder for one task on another machine; what killed processes have left of theirs is removed first."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.engines import locks
from grader.sandbox import folders

LOCK = ".lock"


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder, gone afterwards; whose maker was killed, the next one on this machine removes.

    A folder in use is locked, which ends with its process; who makes or removes one holds the lock of all.
    """
    home = locks.home("tasks")
    with _locked(home / LOCK, fcntl.LOCK_EX):
        for left in home.iterdir():
            if left.is_dir() and not _in_use(left):
                folders.remove(left)
        own = Path(tempfile.mkdtemp(dir=home))
        lock = locks.opened(own / LOCK)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        (own / "task").mkdir()
        yield own / "task"
    finally:
        with _locked(home / LOCK, fcntl.LOCK_EX):
            folders.remove(own)
        os.close(lock)


def _in_use(left: Path) -> bool:
    with suppress(OSError), _locked(left / LOCK, fcntl.LOCK_EX | fcntl.LOCK_NB):
        return False
    return True


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    file = locks.opened(path)
    try:
        fcntl.flock(file, how)
        yield
    finally:
        os.close(file)
