"""Parts by number are taken otherwise."""

from __future__ import annotations

import ast

import pytest

from grader.mending.indexing import exchanged


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("pair[0]", "pair[1]"),
        ("idx[weight]", "weight[idx]"),
        ("weight[:, idx]", "weight[idx, :]"),
        ("weight[:, int(idx) % nc]", "weight[int(idx), :]"),
        ("weight.T[int(idx) % nc]", "weight[int(idx)]"),
        ("features[0, 3]", "features[0, 0]"),
    ],
)
def test_a_part_is_taken_otherwise(code: str, other: str) -> None:
    """By another number, over another axis, of the whole that was turned, by an index out of its modulo."""
    node = ast.parse(code, mode="eval").body
    assert isinstance(node, ast.Subscript)
    assert other in map(ast.unparse, exchanged(node))


def test_a_plain_part_stays() -> None:
    """Of one index nothing else may be meant."""
    node = ast.parse("weight[3]", mode="eval").body
    assert isinstance(node, ast.Subscript)
    assert list(exchanged(node)) == []
