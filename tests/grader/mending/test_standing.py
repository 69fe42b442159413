"""A forward pass that can't be run costs its own lines; the layers are judged."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode

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
        ("lambda: ReLU()\n    def forward(self, x): return nn.MaxPool2d(2)(x)", {"pools", "dropout"}),
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


BARE = """\
import torch
from torch import nn

class FCN32s(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [3, 64, 64, 128, 128, *[256] * 3, *[512] * 6]
        convs = [nn.Conv2d(a, b, 3, padding=1) for a, b in zip(widths, widths[1:])]
        heads = [nn.Conv2d(512, 4096, 7), nn.Conv2d(4096, 4096, 1), nn.Conv2d(4096, 12, 1)]
        self.layers = nn.ModuleList([*convs, *heads, nn.ConvTranspose2d(12, 12, 64, 32, bias=False)])
"""
NEVER = "\n    def never(self):\n        return nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d()\n"


@pytest.mark.parametrize(("never", "count"), [("", 1), (NEVER, 0)], ids=["not spoken of", "spoken of"])
def test_layers_of_code_that_never_runs_are_none(never: str, count: int) -> None:
    """Their lines would be earned by text; where that has none either, the stand-in's own are paid for."""
    found = standing(slice_of(BARE + never), "FCN32s")
    assert found is not None
    names: dict[str, Any] = {}
    for chunk in found.modules[0].chunks[1:]:
        exec(chunk.source, names)
    calls = set[str]()
    with torch.device("meta"), Recording(calls):
        names["FCN32s"]()(torch.ones(1, 3, 224, 224))

    assert sum(name in calls for name in ("relu", "max_pool2d", "dropout2d")) == 3 * count


class Recording(TorchFunctionMode):
    """The names of the functions that are called meanwhile."""

    def __init__(self, calls: set[str]) -> None:
        super().__init__()
        self.calls = calls

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.calls.add(function.__name__)
        return function(*args, **(kwargs or {}))
