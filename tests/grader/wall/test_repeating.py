"""What repeats a block is an array like any other, and takes the memory of one block."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.wall import repeating
from grader.wall.repeating import Array, repeated

PAGE = mmap.PAGESIZE // 4  # elements
LENGTHS = (1, 5 * PAGE, 15 * PAGE, 16 * PAGE + 7)


def _block(length: int = 5 * PAGE) -> Array:
    return np.random.default_rng(0).random(length, dtype=np.float32)


def _refused(*_: Any, **__: Any) -> Any:
    raise OSError("no room")


def _anonymous() -> int:
    """Bytes of this process that lie in no file."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("RssAnon:")[2].split()[0]) << 10


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("length", [5 * PAGE, PAGE + 1])
def test_it_is_the_block_again_and_again(count: int, length: int) -> None:
    """The last time as far as it goes; also a block of another length than whole pages."""
    block = _block(length)
    found = repeated(block, count)

    assert found.dtype == np.float32 and found.shape == (count,)
    assert np.array_equal(found, np.resize(block, count))


def test_what_is_written_to_one_place_stays_there() -> None:
    """A submission that changes a weight changes no other one, and no block of anybody's."""
    block = _block()
    first, second = (repeated(block, 3 * len(block)) for _ in range(2))
    first[1] = 7.0

    assert first[1] == 7.0 != block[1]
    assert first[1 + len(block)] == second[1] == block[1]


def test_it_takes_the_memory_of_one_block() -> None:
    """That is what it is for; it is given back with the array."""
    block, maps = _block(256 * PAGE), Path("/proc/self/maps")
    before, mapped = _anonymous(), len(maps.read_text().splitlines())
    array = repeated(block, 100 * len(block))

    assert array.sum() > 0
    assert _anonymous() - before < 10 * block.nbytes
    assert len(maps.read_text().splitlines()) > mapped + 90
    del array
    assert len(maps.read_text().splitlines()) < mapped + 10


@pytest.mark.parametrize("name", ["TemporaryFile", "_cover"])
def test_where_it_cannot_be_mapped_it_is_copied(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A submission may have filled the disk."""
    monkeypatch.setattr(repeating, name, _refused)

    assert np.array_equal(repeated(_block(), 12 * PAGE), np.resize(_block(), 12 * PAGE))
