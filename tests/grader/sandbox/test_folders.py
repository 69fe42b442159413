from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.sandbox.folders import DEEPEST, MOST, measure, remove


def nested(home: Path, depth: int) -> None:
    """Make folders in each other one by one: no path is as long as they are deep."""
    here = os.open(home, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)


def test_what_is_in_a_folder_is_counted(tmp_path: Path) -> None:
    """Bytes on the disk, entries, depth."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(b"x" * 100_000)
    (tmp_path / "link").symlink_to("/")
    found = measure(tmp_path)

    assert found.entries == 3
    assert found.depth == 2
    assert 100_000 < found.size < 200_000


@pytest.mark.slow
def test_looking_ends_where_it_is_too_deep_or_too_much(tmp_path: Path) -> None:
    """What is over the limit need not be looked at."""
    nested(tmp_path, 3000)
    assert measure(tmp_path).depth == DEEPEST + 1
    remove(tmp_path)
    tmp_path.mkdir()
    for number in range(MOST + 100):
        os.close(os.open(tmp_path / str(number), os.O_CREAT))
    assert measure(tmp_path).entries == MOST


@pytest.mark.slow
def test_however_deep_or_closed_a_folder_is_removed(tmp_path: Path) -> None:
    """And nothing outside of it that a link leads to."""
    home = tmp_path / "home"
    (home / "closed" / "inner").mkdir(parents=True)
    (home / "closed" / "inner" / "file").touch()
    (tmp_path / "kept").touch()
    (home / "link").symlink_to(tmp_path)
    nested(home, 3000)
    for path in (home / "closed" / "inner", home / "closed", home):
        path.chmod(0)
    remove(home)

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
