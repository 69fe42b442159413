"""A forward pass that can't be run costs its own lines; the layers are judged."""

from __future__ import annotations

import pytest

from grader.mending.standing import STAND_IN, lines, standing
from grader.records.submission import Chunk, Module, Slice


def slice_of(source: str) -> Slice:
    return Slice((Module("submission", (Chunk("cell 3", 1, "x = 1"), Chunk("cell 4", 1, source))),))


def test_the_stand_in_comes_after_the_class() -> None:
    """Under a label of its own."""
    found = standing(slice_of("class FCN8s:\n    pass"), "FCN8s")

    assert found is not None
    assert [chunk.label for chunk in found.modules[0].chunks] == ["cell 3", "cell 4", "cell 4 (stand-in)"]


def test_where_there_is_no_class_nothing_stands_in() -> None:
    """Nor for another one."""
    assert standing(slice_of("class FCN32s:\n    pass"), "FCN8s") is None


def test_the_stand_in_knows_no_answer() -> None:
    """None of the offsets that the assignment crops from: student code can read it."""
    assert not any(offset in STAND_IN for offset in ("19", "31", "[5", "[9", "5 :", "9 :"))


@pytest.mark.parametrize(
    ("layers", "own"),
    [
        ("nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d()", set()),
        ("ReLU(), nn.Dropout()", {"pools"}),
        ("nn.MaxPool2d(2)", {"activations", "dropout"}),
        ("'nn.ReLU() nn.MaxPool2d(2)'  # nn.Dropout2d()", {"activations", "pools", "dropout"}),
    ],
)
def test_what_only_the_forward_pass_says_is_paid_for_too(layers: str, own: set[str]) -> None:
    """ReLUs, pools and dropouts that are no layers."""
    found = lines(slice_of(f"class FCN8s:\n    a = {layers}"), "FCN8s")

    assert {"fcn8s.build", "fcn8s.skips", "fcn8s.crop"} <= set(found)
    assert {f"fcn8s.{line}" for line in ("activations", "pools", "dropout")} & set(found) == {
        f"fcn8s.{line}" for line in own
    }
