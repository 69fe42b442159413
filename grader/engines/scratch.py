"""A folder for one task on another machine; what killed processes have left of theirs is removed first."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.sandbox import folders

LOCK = ".lock"


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder, gone afterwards; whose maker was killed, the next one on this machine removes.

    A folder in use is locked, which ends with its process; who makes or removes one holds the lock of all.
    """
    home = _home()
    with _locked(home / LOCK, fcntl.LOCK_EX):
        for left in home.iterdir():
            if left.is_dir() and not _in_use(left):
                folders.remove(left)
        own = Path(tempfile.mkdtemp(dir=home))
        lock = _open(own / LOCK)
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
    file = _open(path)
    try:
        fcntl.flock(file, how)
        yield
    finally:
        os.close(file)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _home() -> Path:
    """A folder of this user's alone; raises PermissionError where another user made it."""
    home = Path(tempfile.gettempdir()) / f"grader-tasks-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    if home.lstat().st_uid != os.getuid():
        raise PermissionError(f"{home} is not ours")
    return home
