"""What makes numbers is found where a function is called that is given them."""

from __future__ import annotations

import ast

import pytest

from grader.mending.given import Making, outermost
from grader.mending.trouble import tree
from grader.records.submission import Chunk, Module, Slice

CUT = "def cut(t, rows, columns):\n    return t[:, :, rows][..., columns]"
CROP = "class Crop:\n    def forward(self, t, rows, columns):\n        return t[:, :, rows][..., columns]"
FORWARD = "def forward(self, x):\n    h, at = self.up(x), torch.arange(4)\n    {line}"


def _made(helper: str, line: int, *lines: str, numbers: str = "rows, columns") -> tuple[set[str], bool]:
    """What is found to make the numbers of a helper's line, and whether all of it is known."""
    chunks = [Chunk("cell", 1, helper), *(Chunk("cell", 9, FORWARD.format(line=each)) for each in lines)]
    parsed = tree(chunks[0])
    making = Making(Slice((Module("submission", tuple(chunks)),)), chunks[0], parsed)
    making.follow(chunks[0], parsed, line, [ast.parse(numbers, mode="eval").body])
    return {ast.unparse(node) for _, node in making.made}, making.is_known


@pytest.mark.parametrize(
    "line",
    [
        "h = cut(h, range(5), columns=list(range(6)))",
        "h = self.cut(h, columns=list(range(6)), rows=range(5))",
    ],
)
def test_numbers_are_made_where_a_function_is_called(line: str) -> None:
    """By position or name; a name by what it is bound to."""
    made, known = _made(CUT, 2, line)

    assert (made, known) == ({"range(5)", "list(range(6))"}, True)


def test_a_name_is_what_it_was_bound_to() -> None:
    """Above the call; what a map is asked for its size is no number."""
    made, known = _made(CUT, 2, "a, b = range(x.size(2)), 2 * at\n    return cut(h, a[None], b)")

    assert made >= {"a[None]", "(range(x.size(2)), 2 * at)"} and known


def test_an_object_is_called_by_what_it_is_bound_to() -> None:
    """Or as it is made."""
    made, known = _made(
        CROP, 3, "self.crop = Crop()", "h = self.crop(h, range(5), range(6))", "Crop()(h, [1], [2])"
    )

    assert (made, known) == ({"range(5)", "range(6)", "[1]", "[2]"}, True)


def test_numbers_are_followed_through_functions() -> None:
    """Each that is given them, and no further where one calls itself."""
    helper = f"{CUT}\ndef window(t, a, b):\n    return window(t, a, b) or cut(t, a, b + 1)"
    made, known = _made(helper, 2, "h = window(h, range(5), columns)")

    assert made >= {"range(5)", "b + 1"} and known


def test_what_nobody_calls_is_given_what_is_not_known() -> None:
    """But for terms of what is computed where it is taken."""
    assert _made(CUT, 2) == (set(), False)
    assert _made(CUT, 2, numbers="torch.arange(4) + rows") == (set(), True)


def test_what_is_part_of_another_piece_is_left() -> None:
    """One text stands for both."""
    whole = ast.parse("f(a[0]) + b", mode="eval").body
    parts = [node for node in ast.walk(whole) if isinstance(node, ast.expr)]

    assert outermost(parts[1:]) == parts[1:3]
