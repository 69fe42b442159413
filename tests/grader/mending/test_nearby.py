"""What else may have stood in the piece that raises: swapped, another name, the place beside it."""

from __future__ import annotations

import time
from itertools import islice

import pytest

from grader.mending.nearby import bound_last, mends, where_bound
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class A:
    def __init__(self, n):
        self.first = n
        for layer, width in zip(self.last, n):
            blocks, depth = [], n
            depth.append(make(width, n))
        self.last = blocks[n + 1]
"""


def of(
    line: int, piece: tuple[int, int, int, int], callers: tuple[Place, ...] = (), code: str = CODE
) -> list[str]:
    """What is read otherwise, in words, where a piece of a line raised."""
    place = Place("cell 1", line + 9, callers=callers, piece=(piece[0] + 9, piece[1], piece[2] + 9, piece[3]))
    slice = Slice((Module("submission", (Chunk("cell 1", 10, code),)),))
    found = list(mends(Trouble("TypeError", "no", place), slice))
    assert all(mend.whole and mend.made is not None for mend in found)
    return [mend.words for mend in found]


def test_arguments_are_swapped_first() -> None:
    assert of(6, (6, 25, 6, 39))[0] == "`make(width, n)` read as `make(n, width)`"


def test_a_name_is_another_of_the_function() -> None:
    words = of(6, (6, 12, 6, 24))

    assert "`depth` read as `blocks`" in words
    assert "`depth` read as `self`" not in words


def test_values_beside_and_are_added() -> None:
    code = CODE.replace("make(width, n)", "width and depth")

    assert "`width and depth` read as `(width + depth)`" in of(6, (6, 25, 6, 40), code=code)


def test_what_a_loop_goes_through_may_be_in_another_order() -> None:
    assert "`zip(self.last, n)` read as `zip(n, self.last)`" in of(6, (6, 25, 6, 39))


def test_an_attribute_is_another_of_the_class() -> None:
    assert "`self.last` read as `self.first`" in of(4, (4, 32, 4, 41))


def test_a_relu_is_no_convolution() -> None:
    code = CODE.replace("self.first = n", "self.conv = self.relu2 = n").replace("self.last,", "self.relu1,")

    words = of(4, (4, 32, 4, 42), code=code)
    assert "`self.relu1` read as `self.relu2`" in words
    assert "`self.relu1` read as `self.conv`" not in words


def test_an_index_is_the_one_beside_it() -> None:
    words = of(7, (7, 20, 7, 33))

    assert "`n + 1` read as `(n - 1)`" in words
    assert "`blocks[n + 1]` read as `blocks[n + 1 - 1]`" in words


def test_the_lines_that_called_it_come_last() -> None:
    caller = Place("cell 1", 13, piece=(13, 28, 13, 45))

    words = of(7, (7, 20, 7, 33), (caller,))

    assert words[-1] not in of(7, (7, 20, 7, 33))
    assert "`zip(self.last, n)` read as `zip(n, self.last)`" in words


def test_without_a_place_there_is_nothing_to_change() -> None:
    assert list(mends(Trouble("TypeError", "no", None), Slice())) == []


BOUND = """\
class A:
    def forward(self, x):
        other = self.first(x)
        h = self.second(other)
        kept = h = self.pool(other)
        for up, side in zip(self.ups, (all[4], all[3])):
            side = self.score(side)
            h = h + side
        return h
"""


@pytest.mark.parametrize("says", ["size of a must match b", "to have 512 channels, but got 256 channels"])
def test_what_is_bound_above_is_another_too(says: str) -> None:
    """The name bound last, or the place beside it; never what is called."""
    slice = Slice((Module("submission", (Chunk("cell 1", 10, BOUND),)),))

    found = list(where_bound(Trouble("RuntimeError", says, Place("cell 1", 17)), slice))

    assert [(mend.words, mend.made and mend.made.line) for mend in found] == [
        ("`all[4]` read as `all[4 - 1]`", 15),
        ("`all[4]` read as `all[4 + 1]`", 15),
        ("`all[3]` read as `all[3 - 1]`", 15),
        ("`all[3]` read as `all[3 + 1]`", 15),
        ("`other` read as `h`", 14),
    ]
    assert [mend.words for mend in bound_last(Trouble("RuntimeError", says, Place("cell 1", 17)), slice)] == [
        "`other` read as `h`"
    ]


def test_a_name_is_one_that_a_lambda_around_it_takes() -> None:
    """Before what is bound above; what it takes itself stays."""
    code = BOUND.replace("self.score(side)", "reduce(lambda last, f: f(last, h), self.scores, side)")
    slice = Slice((Module("submission", (Chunk("cell 1", 10, code),)),))

    found = [mend.words for mend in bound_last(Trouble("RuntimeError", "no", Place("cell 1", 16)), slice)]

    assert found[:2] == ["`h` read as `last`", "`h` read as `f`"]
    assert not any(word.startswith(("`last`", "`f`", "`side`")) for word in found)


def test_what_is_bound_above_fits_where_nothing_is_said_of_a_size() -> None:
    slice = Slice((Module("submission", (Chunk("cell 1", 10, BOUND),)),))

    assert list(where_bound(Trouble("RuntimeError", "no", Place("cell 1", 17)), slice)) == []


@pytest.mark.slow
def test_a_long_line_is_read_in_linear_time() -> None:
    code = "class A:\n    def f(a):\n        x = [" + "self.q," * 1500 + "]\n"
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    began = time.process_time()

    assert len(list(islice(mends(Trouble("TypeError", "no", Place("cell 1", 3)), slice), 24)))
    assert time.process_time() - began < 3
