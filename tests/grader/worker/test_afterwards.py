"""What a notebook sets after copying is told, with its line."""

from __future__ import annotations

from copy import deepcopy

from torch import nn

from grader.records.submission import Chunk, Copying
from grader.wall.verbs import Changed
from grader.worker.afterwards import left_by
from grader.worker.changing import settings


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=100)
        self.drop = nn.Dropout2d(0.5)

    def start(self, net: nn.Module, reset: bool = False) -> None:
        self.conv.weight.data = net.get_parameter("0.weight").data
        if reset:
            self.conv.padding = (1, 1)


VGG16 = nn.Sequential(nn.Conv2d(3, 4, 3))
BEGUN = ("import torchvision", "net = Network()")


def left(*statements: str, by_itself: tuple[Changed, ...] = ()) -> list[tuple[str, str, str, int]]:
    chunks = tuple(Chunk("cell 4", line, text) for line, text in enumerate((*BEGUN, *statements), start=1))
    known = {"Network": Network, "nn": nn, "vgg16": deepcopy(VGG16).to("meta")}
    made = settings(Network())
    found = left_by(Copying("submission", "net", chunks), known, VGG16, made, by_itself)
    return [(one.layer, one.setting, one.after, one.line.line if one.line else 0) for one in found]


def test_what_is_set_after_copying_has_its_line() -> None:
    """The last one that set it; what is set back is none."""
    assert left("net.start(vgg16)") == []
    assert left("net.start(vgg16)", "net.drop = nn.Identity()", "net.to('cpu')") == [
        ("drop", "type", "Identity", 4)
    ]
    assert left("net.start(vgg16, reset=True)") == [("conv", "padding", "1", 3)]
    assert left("net.start(vgg16, reset=True)", "net.conv.padding = (100, 100)") == []
    assert left("net.drop.p = 0.1", "net.start(vgg16)", "net.drop.p = 0.2") == [("drop", "p", "0.2", 5)]


def test_what_copying_sets_by_itself_has_no_line_of_the_notebook() -> None:
    """Nor is anything else told where the statements don't all run."""
    own = (Changed("conv", "padding", "100", "1"),)

    assert left("net.start(vgg16, True)", by_itself=own) == [("conv", "padding", "1", 0)]
    assert left("net.drop.p = 0.1", "net.start(missing)", by_itself=own) == [("conv", "padding", "1", 0)]
