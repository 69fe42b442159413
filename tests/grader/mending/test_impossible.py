"""A weight of no numbers, or of more than fit, stops a network though it can be recorded."""

from __future__ import annotations

import pytest

from grader.mending.impossible import impossible
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.wall.values import SourceLine
from grader.wall.verbs import Model, Parameter

LINE = SourceLine("cell 3", 7)


def of(*shape: int, line: SourceLine | None = LINE) -> Trouble | None:
    parameters = {"fc6.bias": Parameter((4096,), True), "fc6.weight": Parameter(shape, True, line)}
    return impossible(Model("keyword", True, parameters))


@pytest.mark.parametrize(
    ("shape", "kind", "words"),
    [
        ((512, 256, 0, 0), "ValueError", "fc6.weight of (512, 256, 0, 0) has no numbers"),
        ((200_000, 200_000), "MemoryError", "fc6.weight of (200000, 200000) takes 160 GB"),
        ((1 << 40,) * 64, "MemoryError", f"fc6.weight of {(1 << 40,) * 64} takes more than any machine has"),
    ],
)
def test_a_weight_that_cant_be_is_told(shape: tuple[int, ...], kind: str, words: str) -> None:
    """With the line that made it, if that is known."""
    assert of(*shape) == Trouble(kind, words, Place("cell 3", 7))
    assert of(*shape, line=None) == Trouble(kind, words, None)


@pytest.mark.parametrize("shape", [(4096, 512, 7, 7), (40960, 512, 7, 7), (0,)])
def test_others_can_be(shape: tuple[int, ...]) -> None:
    """Also one that is too wide, which shows for itself, and a list of no numbers."""
    assert of(*shape) is None


def test_many_that_are_too_much_together_cant_be() -> None:
    """As where a loop takes a width for a number of layers."""
    parameters = {f"{n}.weight": Parameter((512, 512, 3, 3), True, LINE) for n in range(700)}

    assert impossible(Model("keyword", True, dict([*parameters.items()][:600]))) is None
    assert impossible(Model("keyword", True, parameters)) == Trouble(
        "MemoryError", "all 700 parameters take 6.61 GB", None
    )
