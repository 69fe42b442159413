"""Only regular files are opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.intake.files.opening import open_regular


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    """Through a link, too, where that is allowed."""
    (tmp_path / "a").write_bytes(b"text")
    (tmp_path / "link").symlink_to("a")

    with open_regular(tmp_path / "link") as file:
        assert file.read() == b"text"
    with pytest.raises(OSError):
        open_regular(tmp_path / "link", follow=False)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="not a regular file"):
        open_regular(tmp_path / "pipe")
