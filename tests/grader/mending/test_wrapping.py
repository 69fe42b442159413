"""A number that a byte can't hold is stored modulo 256, as NumPy once did."""

from __future__ import annotations

import pytest

from grader.mending.trouble import Trouble
from grader.mending.wrapping import mends
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

WRAPPED = "(__import__('numpy').asarray({}) % 256)"
STORED = {
    "cam[r, c] = int(v)": f"cam[r, c] = {WRAPPED.format('int(v)')}",
    "cam[r, c] += 300": f"cam[r, c] += {WRAPPED.format('300')}",
    "b = np.array(rows, np.uint8)": f"b = np.array({WRAPPED.format('rows')}, np.uint8)",
    "b = np.uint8(int(v))": f"b = np.uint8({WRAPPED.format('int(v)')})",
}


def _found(source: str, kind: str, message: str) -> list[str]:
    chunk = Chunk("cell 1", 1, source)
    slice = Slice((Module("submission", (chunk,)),))
    trouble = Trouble(kind, message, Place("cell 1", 1))
    return [mend.slice.modules[0].chunks[0].source for mend in mends(trouble, slice, chunk)]


@pytest.mark.parametrize("source", STORED)
def test_what_is_stored_is_read_modulo_256(source: str) -> None:
    """Wherever NumPy 2 refuses it."""
    found = _found(source, "OverflowError", "Python integer 300 out of bounds for uint8")
    assert found == [STORED[source]]


@pytest.mark.parametrize("trouble", [("OverflowError", "out of bounds for int8"), ("ValueError", "uint8")])
def test_nothing_else_is_read_otherwise(trouble: tuple[str, str]) -> None:
    """Another type, or another exception."""
    assert _found("cam[0] = 300", *trouble) == []
