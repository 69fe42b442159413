"""Where one value is needed and there are several, the first is read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from grader.mending.edits import Mend
from grader.mending.several import SHOWN, mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

MESSAGE = "only integer tensors of a single element can be converted to an index"
FIVE = torch.tensor([[3, 1, 4, 0, 2]])


@pytest.mark.parametrize("five", [FIVE, FIVE[0], FIVE.numpy(), FIVE[0].tolist(), FIVE[0, 0], 3])
@pytest.mark.parametrize(
    "line",
    [
        "text = '{:.1f} {}'.format(p, names[five])",
        "text = f'{p:.1f} {names[five]}'",
        "text = '%.1f %s' % (float(p), names[int(five)])",
        "text = '{:.1f} '.format(p) + names[five]",
    ],
)
@pytest.mark.parametrize("p", [0.5, torch.tensor([0.5, 0.25]), np.array([[0.5, 0.25]])])
def test_the_first_of_several_is_read(line: str, five: Any, p: Any) -> None:
    """Of tensors, arrays and lists; one value stays what it is, and so does every other line."""
    names: dict[str, Any] = {"names": list("abcde"), "five": five, "p": p}
    source = _mended(f"first = names[0]\n{line}")
    exec(source, names)

    assert names["text"] == "0.5 d"
    assert source.startswith("first = names[0]\n")


def test_what_takes_one_element_takes_the_first() -> None:
    """The first row of a value that is indexed by a number stays a row."""
    names: dict[str, Any] = {"five": FIVE}
    exec(_mended("first, row, part = five.item(), five[0], five[:, 1:3]"), names)

    assert (names["first"], names["row"].shape, names["part"].shape) == (3, (5,), (1, 2))


@pytest.mark.parametrize("message", ["list index out of range", "name 'five' is not defined"])
def test_other_troubles_have_other_mends(message: str) -> None:
    """Nor is there anything to read where the line holds no statement."""
    assert not _mends("text = names[five]", message)
    assert not _mends("if names[five]:\n    pass", MESSAGE)


def test_what_is_returned_tells_of_several() -> None:
    """So that the line about it pays, if it is lost."""
    (mend,) = _mends("text = names[five]", MESSAGE)

    assert (mend.words, mend.shown) == (
        "`text = names[five]` read with the first where there are several",
        SHOWN,
    )


def _mended(source: str) -> str:
    (mend,) = _mends(source, MESSAGE)
    return mend.slice.modules[0].chunks[0].source


def _mends(source: str, message: str) -> list[Mend]:
    chunk = Chunk("cell 1", 1, source)
    slice = Slice((Module("submission", (chunk,)),))
    line = source.count("\n") + 1 if not source.startswith("if") else 1
    return list(mends(Trouble("TypeError", message, Place("cell 1", line)), slice, chunk))
