"""A loop over names of layers, or over pairs, is read as one over the layers."""

from __future__ import annotations

import pytest

from grader.mending.iterating import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def of(code: str, kind: str) -> list[str]:
    """What is read, where what is called on the second line is of another kind."""
    chunk = Chunk("cell 1", 1, code)
    trouble = Trouble("TypeError", f"'{kind}' object is not callable", Place("cell 1", 2))
    made = mends(trouble, Slice((Module("it", (chunk,)),)), chunk)
    return [mend.slice.modules[0].chunks[0].source for mend in made]


@pytest.mark.parametrize(
    ("over", "kind", "meant"),
    [
        ("self.head", "str", "self.head.values()"),
        ("self.head.keys()", "str", "self.head.values()"),
        ("self.head.items()", "tuple", "self.head.values()"),
        ("self.named_children()", "tuple", "self.children()"),
        ("enumerate(self.head)", "tuple", "self.head"),
    ],
)
def test_layers_are_gone_through(over: str, kind: str, meant: str) -> None:
    """Whatever gives their names, or each with its name."""
    code = f"for layer in {over}:\n    h = layer(h)"
    assert of(code, kind) == [code.replace(over, meant)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("for layer in self.head:\n    h = self.name(h)", "str"),  # something else is called
        ("for layer in pairs():\n    h = layer(h)", "tuple"),
        ("for layer in pairs:\n    h = layer(h)", "tuple"),
        ("for layer in self.head:\n    h = layer(h)", "int"),
    ],
)
def test_other_calls_stay(code: str, kind: str) -> None:
    """Where nothing tells what the layers are."""
    assert of(code, kind) == []
