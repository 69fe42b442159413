from __future__ import annotations

import pytest

from grader.mending.kinds import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

LAYERS = "layers = [nn.AvgPool2d(2), nn.LeakyReLU()]"
TESTS = {
    "isinstance(m, nn.MaxPool2d)": "pool",
    "isinstance(m, (nn.Conv2d, nn.MaxPool2d))": "pool",
    "type(m) is nn.MaxPool2d": "pool",
    "type(m) == MaxPool2d": "pool",
    "not type(m) != nn.MaxPool2d": "pool",
    "isinstance(m, nn.ReLU)": "activation",
}


def proposed(test: str, kind: str = "IndexError") -> list[tuple[str, tuple[str, ...]]]:
    """The lines that are read for a test in a function that raises below it, with what shows the fault."""
    code = f"def forward(layers):\n    found = [m for m in layers if {test}]\n    return found[0]"
    chunk = Chunk("cell 2", 1, code)
    slice = Slice((Module("submission", (Chunk("cell 1", 1, LAYERS), chunk)),))
    found = mends(Trouble(kind, "list index out of range", Place("cell 2", 3)), slice, chunk)
    return [(mend.slice.modules[0].chunks[1].source, mend.shown) for mend in found]


@pytest.mark.parametrize("test", TESTS)
def test_a_test_is_read_as_one_for_what_is_made(test: str) -> None:
    """With it the function runs, and the line of that kind of layer pays."""
    from torch import nn

    [(source, shown)] = proposed(test)
    namespace = {"nn": nn, "MaxPool2d": nn.MaxPool2d}
    exec(f"{LAYERS}\n{source}\nfound = forward(layers)", namespace)

    assert isinstance(namespace["found"], nn.AvgPool2d | nn.LeakyReLU)
    assert shown == (TESTS[test],)


@pytest.mark.parametrize("test", ["isinstance(m, nn.Dropout)", "isinstance(m, nn.Linear)", "m is nn.ReLU"])
def test_other_tests_stay(test: str) -> None:
    """Where no other layer of that family is made, and where no kind is asked for."""
    assert proposed(test) == []


def test_other_troubles_stay() -> None:
    """A size that does not fit comes from no test."""
    assert proposed("isinstance(m, nn.MaxPool2d)", "RuntimeError") == []
