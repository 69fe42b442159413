"""A crop that cuts channels is read as one that cuts rows and columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from grader.mending.edits import Mend
from grader.mending.fitting import mends
from grader.mending.reaching import RAISED
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
        (CUT.replace("[:, ", "["), "s", f"s = {BACK}", 2),
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
HELPERS = "pair = lambda a, n: torch.arange(a, a + n)"


def _run(line: str, message: str) -> tuple[Any, list[Mend]]:
    """What a line gives that cuts a map of 5 rows and 6 columns from its second on, 9 of each wanted."""
    forward = (
        f"{HELPERS}\ndef forward(h, a, n):\n    rows = torch.arange(a, a + n)\n    {line}\n    return h\n"
    )
    chunk = Chunk("cell 1", 1, forward)
    slice = Slice((Module("submission", (chunk,)),))
    found = list(mends(Trouble("RuntimeError", message, Place("cell 1", 4)), slice, chunk))
    names: dict[str, Any] = {"torch": torch, "np": np}
    for each in found[0].slice.modules[0].chunks if found else ():
        exec(each.source, names)
    h = torch.arange(30.0).reshape(1, 1, 5, 6)
    with torch.device("meta"):  # what records a pass makes no values
        return (names["forward"](h, 1, 9) if found else None), found


@pytest.mark.parametrize(
    "line",
    [
        "h = h.narrow(2, a, n).narrow(3, a, n)",
        "h = torch.narrow(torch.narrow(h, -2, a, n), -1, a, n)",
        "h = torch.narrow(h, dim=2, start=a, length=n)[..., a:]",
        "for axis in (2, 3): h = h.narrow(axis, a, n)",
    ],
)
def test_what_is_narrowed_beyond_the_end_is_sliced(line: str) -> None:
    """A slice stops there; another line tells what is wrong then."""
    cut, (found,) = _run(line, BEYOND)

    assert cut.tolist() == [[list(map(list, np.arange(30.0).reshape(5, 6)[1:, 1:]))]]
    assert found.shown


@pytest.mark.parametrize(
    "line",
    [
        "h = h.index_select(2, torch.arange(a, a + n)).index_select(-1, torch.arange(n) + a)",
        "h = torch.index_select(h[..., a:], -2, rows.to(h.device))",
        "h = h[:, :, rows[:, None], torch.arange(n, device=h.device) + a]",
        "h = h[:, :, [a + i for i in range(n)]][..., np.arange(a, a + n)]",
        "h = h[(slice(None), slice(None)) + np.ix_(range(a, a + n), np.arange(a, a + n))]",
        "h = h[:, :, pair(a, n)][..., pair(a, n).tolist()]",
        "h = h[..., a:].index_select(2, torch.tensor(range(a, a + n)))",
        "h = h[..., a:].gather(2, rows.view(1, 1, -1, 1).expand(1, 1, n, 5))",
        "h = (h[:, :, rows] + h[:, :, rows])[..., a:] / 2",
    ],
)
def test_numbers_that_are_counted_beyond_the_end_are_sliced(line: str) -> None:
    """However they are counted, in the same line or above it, and however often on one line."""
    cut, (found,) = _run(line, RAISED[0])

    assert cut.tolist() == [[list(map(list, np.arange(30.0).reshape(5, 6)[1:, 1:]))]]
    assert "beyond the end" in found.words


@pytest.mark.parametrize("line", ["h = h[..., [1, 9]]", "h = h.index_select(2, 2 * torch.arange(n))"])
def test_numbers_of_an_order_of_their_own_stay(line: str) -> None:
    """No slice takes them."""
    with pytest.raises((IndexError, RuntimeError)):
        _run(line, RAISED[1])


def test_numbers_that_a_function_is_given_stay() -> None:
    """They have no values where they are made, which is elsewhere."""
    assert not _run("h = h[:, :, n]", RAISED[1])[1]


def test_each_cut_of_a_line_is_named() -> None:
    """Which of them goes on beyond the end, the message does not tell."""
    _, (found,) = _run("h = h[:, :, rows] + h[:, :, rows]", RAISED[0])

    assert found.words.startswith("`h[:, :, rows]`, `h[:, :, rows]`, of which one goes on")


NEGATIVE = "split_with_sizes expects split_sizes have only non-negative entries, but got [19, 224, -83]"
UNEVEN = "split_with_sizes expects split_sizes to sum exactly to 100, but got split_sizes=[19, 50]"


@pytest.mark.parametrize(
    ("line", "message", "told"),
    [
        ("h = h.split([3, 6, 1], dim=2)[1]", NEGATIVE, "beyond the end"),
        ("_, h, _ = torch.split(h, [3, 6, 1], 2)", NEGATIVE, "beyond the end"),
        ("h = torch.split(h, split_size_or_sections=sizes, dim=-2)[1]", NEGATIVE, "beyond the end"),
        ("h = h.split_with_sizes((3, 6), 2)[1].split([4], -1)[0]", UNEVEN, "pieces that stop at the end"),
    ],
)
def test_pieces_that_are_split_beyond_the_end_stop_there(line: str, message: str, told: str) -> None:
    """They are as large as was asked for, as far as there is something."""
    chunk = Chunk("cell 1", 1, line)
    slice = Slice((Module("submission", (chunk,)),))
    (found,) = mends(Trouble("RuntimeError", message, Place("cell 1", 1)), slice, chunk)
    names: dict[str, Any] = {
        "torch": torch,
        "h": torch.arange(5.0).reshape(1, 1, 5, 1).expand(1, 1, 5, 4),
        "sizes": [3, 6, -4],
    }
    exec(found.slice.modules[0].chunks[-1].source, names)

    assert names["h"][0, 0, :, 0].tolist() == [3, 4]
    assert told in found.words
    assert found.shown


@pytest.mark.parametrize("line", ["h = h.split(5, 2)[1]", "h = split(h)", "h = h.split()"])
def test_other_cuts_are_left(line: str) -> None:
    """Pieces of one size fit any map, and what isn't written out can't be read."""
    chunk = Chunk("cell 1", 1, line)
    slice = Slice((Module("submission", (chunk,)),))

    assert not list(mends(Trouble("RuntimeError", NEGATIVE, Place("cell 1", 1)), slice, chunk))
