"""A crop that cuts channels is read as one that cuts rows and columns."""

from __future__ import annotations

import pytest

from grader.mending.edits import Mend
from grader.mending.fitting import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

MESSAGE = "The size of tensor a (8) must match the size of tensor b (18) at non-singleton dimension 3"
FORWARD = """\
def forward(self, x):
    {cut}
    h = h + {side}
    return h[:, 1:9, 2:9]"""
CUT = "s = s[:, 5:5 + h.size(2), 5:5 + h.size(3)]"
BACK = "s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]"


@pytest.mark.parametrize(
    ("cut", "side", "wanted", "line"),
    [
        (CUT, "s", f"s = {BACK}", 2),
        (CUT.replace(")]", "), :]"), "s", f"s = {BACK}", 2),
        ("pass", CUT.removeprefix("s = "), f"h = h + {BACK}", 3),
    ],
)
def test_a_crop_of_channels_is_moved_to_the_last_axes(cut: str, side: str, wanted: str, line: int) -> None:
    """Where it stands, which is where the fault was made; the skips' crops pay."""
    first = _mends(cut, side)[0]
    source = first.slice.modules[0].chunks[0].source.split("\n")

    assert source[line - 1].strip() == wanted
    assert (first.made, first.lines) == (Place("cell 1", line), ("skip_crops",))


@pytest.mark.parametrize("cut", [f"s = {BACK}", "s = s[:, 1:]", "s = s[:, 1, 2:3]", "s = s[1:2, 3:4, 5:6]"])
def test_other_crops_stay(cut: str) -> None:
    """Those of rows and columns, of one axis, of the batch, and of other values."""
    assert not any(mend.lines for mend in _mends(cut, "s"))


def _mends(cut: str, side: str) -> list[Mend]:
    chunk = Chunk("cell 1", 1, FORWARD.format(cut=cut, side=side))
    slice = Slice((Module("submission", (chunk,)),))
    return list(mends(Trouble("RuntimeError", MESSAGE, Place("cell 1", 3)), slice, chunk))


BEYOND = "start (31) + length (224) exceeds dimension size (88)."


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("h = h.narrow(2, 31, n)", "h = h[:, :, 31:31 + n]"),
        ("h = h.narrow(-2, 31, n)", "h = h[:, :, 31:31 + n]"),
        ("h = h + s.narrow(2, a, n).narrow(3, a, m)", "h = h + s[:, :, a:a + n][:, :, :, a:a + m]"),
    ],
)
def test_what_is_narrowed_beyond_the_end_is_sliced(line: str, wanted: str) -> None:
    """A slice stops there; another line tells what is wrong then."""
    chunk = Chunk("cell 1", 1, line)
    slice = Slice((Module("submission", (chunk,)),))
    (found,) = mends(Trouble("RuntimeError", BEYOND, Place("cell 1", 1)), slice, chunk)

    assert found.slice.modules[0].chunks[0].source == wanted
    assert found.shown


@pytest.mark.parametrize("axis", ["4", "1000000000", "-5", "axis"])
def test_no_map_has_so_many_axes(axis: str) -> None:
    """A number of the submission does not set how much is written here."""
    chunk = Chunk("cell 1", 1, f"h = h.narrow({axis}, 31, n)")
    slice = Slice((Module("submission", (chunk,)),))

    assert not list(mends(Trouble("RuntimeError", BEYOND, Place("cell 1", 1)), slice, chunk))
