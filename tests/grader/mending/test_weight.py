from __future__ import annotations

import pytest

from grader.mending.weight import RIGHT, with_right_weight
from grader.records.submission import Chunk, Slice

CELL = """\
for name in names:
    weight_fc = net.fc.bias.numpy()
    heat = returnCAM(features, weights(weight_fc), idx)
"""


def changed(source: str) -> str:
    """The last cell with the right weight."""
    found = with_right_weight(Slice(cam_cell=(Chunk("cell 9", 4, source),)))
    return found[0].source if found else ""


def test_the_right_weight_stands_for_each_other_one() -> None:
    """What is bound to its name, and what a map is asked for with."""
    assert changed(CELL) == CELL.replace("net.fc.bias.numpy()", RIGHT).replace("weights(weight_fc)", RIGHT)


@pytest.mark.parametrize("made", ["resnet18()", "resnet18(pretrained=False)"])
def test_a_network_that_knows_nothing_is_a_pretrained_one(made: str) -> None:
    """Its features are as wrong as its weight."""
    assert changed(f"net = {made}") == "net = resnet18(pretrained=True)"


@pytest.mark.parametrize("source", ["net = resnet18(pretrained=True)", "show(1)", "x" * 30_000])
def test_what_takes_no_weight_stays_as_it_is(source: str) -> None:
    """So does what is too long to be changed."""
    assert changed(source) == ""
