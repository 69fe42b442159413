"""Lists that a network may keep layers in are read as lists that it knows."""

from __future__ import annotations

import pytest

from grader.mending.registering import mends, reason
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NETWORK = """\
class FCN8s(nn.Module):
    def __init__(self):
        super().__init__()
        {line}"""
NN = "__import__('torch').nn"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("self.ups = [nn.Conv2d(1, 2, 3)]", f"self.ups = {NN}.ModuleList([nn.Conv2d(1, 2, 3)])"),
        ("self.ups = [Up(n) for n in w]", f"self.ups = {NN}.ModuleList([Up(n) for n in w])"),
        ("self.ups = (nn.ReLU(), 1)", f"self.ups = {NN}.ModuleList((nn.ReLU(), 1))"),
        ("self.ups = {'a': nn.ReLU()}", f"self.ups = {NN}.ModuleDict({{'a': nn.ReLU()}})"),
        ("self.ups = []; self.ups.append(x)", f"self.ups = {NN}.ModuleList([]); self.ups.append(x)"),
    ],
)
def test_a_list_of_layers_is_one_that_the_network_knows(line: str, wanted: str) -> None:
    """What is made by a class in it, or appended to it, may be a layer."""
    (found,) = mends(_slice(line))
    told = reason([found])

    assert found.slice.modules[0].chunks[0].source == NETWORK.format(line=wanted)
    assert (told.place, "self.ups" in told.text) == (Place("cell 2", 8), True)


OTHERS = ["[1, 2]", "[]", "nn.ModuleList([nn.ReLU()])", "[f(1)]"]


@pytest.mark.parametrize("line", ["w = [nn.ReLU()]", *(f"self.w = {other}" for other in OTHERS)])
def test_other_lists_stay(line: str) -> None:
    """Those of numbers, those that are no attributes, those that the network knows."""
    assert list(mends(_slice(line))) == []


def _slice(line: str) -> Slice:
    return Slice((Module("submission", (Chunk("cell 2", 5, NETWORK.format(line=line)),)),))
