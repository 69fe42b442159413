"""What takes a VGG-16 away from a model again, before it is trained, is told with its line."""

from __future__ import annotations

import pytest
import torchvision
from torch import nn

from grader.records.submission import Chunk, Copying, Slice
from grader.wall.verbs import CopyVgg
from grader.worker.loader import World
from grader.worker.taking import moves, taken_back, took


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def start(self, net: nn.Module) -> None:
        self.conv.weight.data = net.get_parameter("0.weight").data


CONV = nn.Conv2d(3, 4, 3)
VGG16 = nn.Sequential(CONV)
BEGUN = ("vgg16 = torchvision.models.vgg16(pretrained=True)", "net = Network()", "net.start(vgg16)")
KNOWN = {"Network": Network, "nn": nn, "torchvision": torchvision}


def taking(*statements: str) -> int | None:
    chunks = tuple(Chunk("cell 4", line, text) for line, text in enumerate((*BEGUN, *statements), start=1))
    copying = Copying("submission", "net", chunks)
    world = World(Slice(copying={"FCN8s": (copying,)}), namespaces={"submission": dict(KNOWN)})
    before = CONV.weight.detach().clone()
    found = taken_back(world, CopyVgg("FCN8s", stand_ins={}, biasless=()), VGG16)
    assert before.equal(CONV.weight)  # which the model shares
    return found.line if found else None


@pytest.mark.parametrize(
    "statement", ["net = Network()", "nn.init.ones_(net.conv.weight)", "net.conv = nn.Conv2d(3, 4, 3)"]
)
def test_what_leaves_nothing_of_it_is_told(statement: str) -> None:
    """A model that is built or filled anew, and whose layers are."""
    assert taking(statement) == 4
    assert taking("net.conv.requires_grad_(False)", statement) == 5


@pytest.mark.parametrize(
    "statements",
    [
        ["net.conv.requires_grad_(False)"],
        ["net = Network()", "net.start(vgg16)"],  # given again
        ["net = Network()", "net.start(missing)"],  # nobody knows where it ends
        ["net.conv.requires_grad_(False)", "del net"],
        ["net = net.half()"],
        ["net = net.to('meta')"],
        ["other_net = Network()", "del other_net"],
        ["nn.init.zeros_(net.conv.weight)", "net.load_state_dict(torch.load('best.pth'))"],
    ],
)
def test_what_goes_on_with_it_is_not(statements: list[str]) -> None:
    """Nor what gets weights from elsewhere, or does not run to its end here."""
    assert taking(*statements) is None


def test_a_model_took_it_that_holds_a_weight() -> None:
    """In any shape of as many values."""
    model = Network()
    assert not took(model, VGG16)
    model.conv.weight.data = CONV.weight.detach().reshape(3, 4, 3, 3)
    assert took(model, VGG16)


@pytest.mark.parametrize(
    "statement",
    ["net.cuda()", "net.to(device)", "net = net.to(device).train()", "net = net.eval()"],
)
def test_where_it_only_moves_nothing_is_built_again(statement: str) -> None:
    """Of the notebook's statements these are the usual ones."""
    assert moves(statement, "net")


@pytest.mark.parametrize(
    "statement",
    [
        "net.reset()",
        "net.apply(start)",
        "net = Network().to(device)",
        "net.to(device).reset()",
        "net = [net]",
    ],
)
def test_what_may_fill_a_model_does_not_only_move_it(statement: str) -> None:
    """Something else than PyTorch's own words, or of something else."""
    assert not moves(statement, "net")
    assert not moves("net.to(device", "net")
