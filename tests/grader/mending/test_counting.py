"""Numbers are made with values where a pass is recorded, and read as slices where they are counted."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
import torch

from grader.mending.counting import (
    BESIDE,
    MADE,
    SLICES,
    are_given,
    as_slices,
    beside,
    is_computed,
    made_above,
    with_values,
)
from grader.records.submission import Chunk, Module, Slice

NAMES: dict[str, Any] = {"torch": torch, "np": np}
exec(BESIDE, NAMES)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("numbers", "slices"),
    [
        ("torch.arange(2, 5)", slice(2, 5)),
        ("torch.arange(3, device='meta').to('meta')[:, None] + 2", slice(2, 5)),
        ("(None, range(4), np.arange(2, 3), [1, 2])", (None, slice(0, 4), slice(2, 3), slice(1, 3))),
        ("(..., 3, slice(1, 4), 'a')", (..., 3, slice(1, 4), "a")),
        ("[2, 1, 0]", [2, 1, 0]),
        ("[]", []),
    ],
)
def test_counted_numbers_are_slices(numbers: str, slices: object) -> None:
    """All else is taken as it was written."""
    with torch.device("meta"):  # as what records a pass does
        assert eval(f"{SLICES}(lambda: {numbers})", NAMES) == slices


def test_what_a_generator_makes_has_values_too() -> None:
    """It is unpacked where no values are made any more."""
    with torch.device("meta"):
        rows, columns = eval(f"{MADE}(lambda: (torch.arange(n) for n in (2, 3)))", NAMES)

    assert (rows.tolist(), columns.tolist()) == ([0, 1], [0, 1, 2])


def test_an_axis_is_counted_from_either_end() -> None:
    """What lies before it is kept whole; of a number of the submission's own, four axes at most."""
    for axis in (2, -2, 10**9 + 2):
        assert eval(f"{SLICES}(lambda: [1, 2], {axis})", NAMES) == (slice(None), slice(None), slice(1, 3))


def test_what_is_taken_by_numbers_is_written_with_slices() -> None:
    """Within brackets and as an argument."""
    several = _expression("h[:, 1:n, at]")
    assert isinstance(several, ast.Subscript)

    taken = as_slices(ast.Name("h"), several.slice)
    assert ast.unparse(taken) == f"h[{SLICES}(lambda: (slice(None, None, None), slice(1, n, None), at))]"
    taken = as_slices(ast.Name("h"), _expression("at"), ast.Constant(2))
    assert ast.unparse(taken) == f"h[{SLICES}(lambda: at, 2)]"


@pytest.mark.parametrize(
    ("index", "computed"),
    [("h[1:2, None, -1]", False), ("h[...]", False), ("h[:, at]", True), ("h[at]", True), ("h[at(2)]", True)],
)
def test_what_may_be_computed(index: str, computed: bool) -> None:
    """Slices and single numbers raise nothing of this kind."""
    found = _expression(index)

    assert isinstance(found, ast.Subscript)
    assert is_computed(found.slice) is computed


def test_what_numbers_were_made_of_above() -> None:
    """Each name by what it was bound to last, but for layers' outputs and for maps whose sizes are asked."""
    lines = (
        "n = 3",
        "x = self.up(x)",
        "a = count(n)",
        "at = a + x.size(2)",
        "at = 2 * a",
        "return x[at]",
        "a = 0",
    )
    parsed = ast.parse("\n    ".join(["def f(self, x):", *lines]))
    found = made_above(parsed, 7, [_expression("at + x + x.shape[0]")])

    assert {with_values(each) for each in found} == {
        f"{MADE}(lambda: {text})" for text in ("3", "count(n)", "2 * a")
    }


@pytest.mark.parametrize(
    ("numbers", "given"),
    [
        ("rows", True),
        ("rows[:, None].long()", True),
        ("torch.arange(start, start + n)", False),
        ("self.count(start)", False),
    ],
)
def test_numbers_that_a_function_is_given(numbers: str, given: bool) -> None:
    """They are made where it is called; what it counts from a start is made here."""
    parsed = ast.parse(f"def cut(self, rows, start, n):\n    return h[:, :, {numbers}]")
    assert are_given(parsed, 2, [_expression(f"(None, {numbers})")]) is given
    assert are_given(parsed, 2, [_expression(numbers)]) is given


def test_the_functions_stand_before_what_is_mended() -> None:
    """In its own module."""
    chunk = Chunk("cell 2", 1, "pass")
    slice = Slice((Module("kit", (Chunk("kit.py", 1, "pass"),)), Module("submission", (chunk,))))

    kit, own = beside(slice, chunk).modules
    assert kit == slice.modules[0]
    assert [each.source for each in own.chunks] == [BESIDE, "pass"]
    assert own.chunks[1] is chunk
