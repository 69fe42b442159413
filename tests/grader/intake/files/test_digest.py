"""A file is told by what it holds, where that stands, and its size."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from grader.intake.files.digest import SMALL, digest
from grader.intake.files.opening import open_regular


def of(path: Path) -> bytes:
    with open_regular(path) as file:
        return digest(file)


def test_zeros_are_the_same_whether_they_take_room_or_not(tmp_path: Path) -> None:
    """A copy of a file may have holes where it has none."""
    content = bytes(3 << 20) + b"x" * 100 + bytes(1 << 20) + b"y" * (1 << 18)
    (tmp_path / "full").write_bytes(content)
    with (tmp_path / "holes").open("wb") as file:
        for at, text in ((3 << 20, b"x" * 100), ((4 << 20) + 100, b"y" * (1 << 18))):
            file.seek(at)
            file.write(text)
    (tmp_path / "moved").write_bytes(content[1:] + content[:1])

    assert (tmp_path / "holes").read_bytes() == content
    assert of(tmp_path / "full") == of(tmp_path / "holes")
    assert of(tmp_path / "full") != of(tmp_path / "moved")


def test_every_byte_counts(tmp_path: Path) -> None:
    """Of a small file and of a large one."""
    path, found = tmp_path / "x", set()
    for content in (b"a", b"b", b"a" * SMALL + b"b", b"a" * SMALL + b"c", bytes(SMALL), bytes(SMALL + 1)):
        path.write_bytes(content)
        found.add(of(path))

    assert len(found) == 6


def test_no_small_file_holds_what_a_large_one_is_told_by(tmp_path: Path) -> None:
    """Nor does the size of one run into the place of its content."""
    block = b"x" * (1 << 16)
    (tmp_path / "large").write_bytes(block + bytes(2 << 20))
    size = (tmp_path / "large").stat().st_size
    found = {of(tmp_path / "large")}
    for told in (f"{size}0:", f"{size}:0:"):
        (tmp_path / "small").write_bytes(told.encode() + block)
        found.add(of(tmp_path / "small"))

    assert len(found) == 3


def test_all_is_read_where_a_file_system_cannot_tell_what_takes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another file of the same size is another one there too."""
    for name in "ab":
        (tmp_path / name).write_bytes(bytes(SMALL) + name.encode())
    wanted = [of(tmp_path / name) for name in "ab"]

    def unknown(*asked: int) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "lseek", unknown)

    assert [of(tmp_path / name) for name in "ab"] == wanted
