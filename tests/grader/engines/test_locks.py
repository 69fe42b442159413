"""Locks of one user's processes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from grader.engines import locks


def test_a_folder_is_of_one_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else may look in; one that another user made first is not used."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = locks.home("tasks")
    assert made.parent == tmp_path and made.stat().st_mode & 0o777 == 0o700

    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    made.rename(made.with_name(f"grader-tasks-{owner + 1}"))
    with pytest.raises(PermissionError, match="not ours"):
        locks.home("tasks")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Whoever may write there leads us to no file of theirs."""
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        locks.opened(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()
