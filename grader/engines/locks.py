"""Files that processes of one user on one machine lock, which know nothing else of each other."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def home(name: str) -> Path:
    """A folder of this user's alone; raises PermissionError where another user made it."""
    folder = Path(tempfile.gettempdir()) / f"grader-{name}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is not ours")
    return folder


def opened(path: Path) -> int:
    """A descriptor of a file that is made if need be; raises OSError where somebody put a link there."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
