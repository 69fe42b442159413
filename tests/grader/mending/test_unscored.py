"""What goes on without a layer of scores is read as what that layer makes of it."""

from __future__ import annotations

import ast

import pytest

from grader.mending.edits import Mend
from grader.mending.unscored import mends
from grader.records.submission import Chunk, Module, Slice

CLASS = """\
class {}(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.fc7 = nn.Conv2d(4096, 4096, 1)

    def forward(self, h, pool4):
        h = self.up(self.fc7(h))
        return h + pool4
"""


def of(name: str, text: str, given: int, code: str = CLASS) -> list[Mend]:
    chunk = Chunk("cell 1", 1, code.format(name))
    nodes = [node for node in ast.walk(ast.parse(chunk.source)) if isinstance(node, ast.expr)]
    values = [node for node in nodes if ast.unparse(node) == text][-1:]
    return list(mends(Slice((Module("submission", (chunk,)),)), chunk, values, given))


@pytest.mark.parametrize(
    ("value", "given", "role", "line"),
    [
        ("self.fc7(h)", 4096, "score", "score"),
        ("pool4", 512, "score_pool_4", "score_pools"),
    ],
)
def test_it_is_made_and_applied(value: str, given: int, role: str, line: str) -> None:
    """By the assignment's numbers; every line stays where it is."""
    (only,) = of("FCN8s", value, given)

    source = only.slice.modules[0].chunks[0].source
    assert f"self.{role} = __import__('torch').nn.Conv2d({given}, n_class, 1, padding=0)" in source
    assert f"self.{role}({value})" in source
    assert source.count("\n") == CLASS.count("\n")
    assert (only.lines, only.whole) == (("build", line), True)


def test_what_no_layer_of_scores_is_given_stays() -> None:
    """As does a class that is no network of the assignment's, and a skip in the network without skips."""
    assert of("FCN8s", "pool4", 128) == []
    assert of("Net", "pool4", 512) == []
    assert of("FCN32s", "pool4", 512) == []


def test_a_layer_of_scores_that_is_made_is_none_that_lacks() -> None:
    """Whatever it makes."""
    made = "self.fc7 = nn.Conv2d(4096, 4096, 1)"
    code = CLASS.replace(made, f"{made}; self.score = nn.Conv2d(4096, 4096, kernel_size=1)")

    assert of("FCN8s", "self.fc7(h)", 4096, code) == []
