"""A name of the caller in a helper is read as the argument that the caller gives it as."""

from __future__ import annotations

import pytest

from grader.mending.calling import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def _read(head: str, call: str) -> list[str]:
    helper = Chunk("cell 1", 1, f"def add({head}):\n    return features[0] + len(features)")
    caller = Chunk("cell 1", 9, f"def cam(features):\n    return {call}")
    trouble = Trouble("NameError", "name 'features' is not defined", Place("cell 1", 2))
    found = mends(trouble, Slice((Module("submission", (helper, caller)),)), helper)
    return [mend.slice.modules[0].chunks[0].source.split("return ")[1] for mend in found]


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("f, w", "add(features, 1)"),
        ("w, f", "add(1, f=features)"),
        ("self, f", "Adder().add(features)"),
    ],
)
def test_a_name_is_read_as_the_argument_that_it_is_given_as(head: str, call: str) -> None:
    """By its place, by its name, or to a method; wherever the helper reads it."""
    assert _read(head, call) == ["f[0] + len(f)"]


@pytest.mark.parametrize("call", ["add(1, 2)", "add(features[0], 2)", "other(features)"])
def test_what_is_not_given_is_nothing_of_the_caller_s(call: str) -> None:
    assert _read("f, w", call) == []
