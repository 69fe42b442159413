"""What takes a VGG-16 away from a model again, before it is trained, is told with its line."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
import torchvision
from torch import nn

from grader.records.reason import Place
from grader.records.submission import Chunk, Copying, Slice
from grader.wall.values import SourceLine
from grader.wall.verbs import CopyVgg
from grader.worker.loader import World
from grader.worker.taking import TakenBack, moves, taken_back, took


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.next = nn.Conv2d(4, 5, 3)

    def start(self, net: nn.Module) -> None:
        self.conv.weight.data = net.get_parameter("0.weight").data

    def start_both(self, net: nn.Module) -> None:
        self.start(net)
        self.next.load_state_dict(net.get_submodule("1").state_dict())


CONV = nn.Conv2d(3, 4, 3)
VGG16 = nn.Sequential(CONV, nn.Conv2d(4, 5, 3))
BEGUN = ("vgg16 = torchvision.models.vgg16(pretrained=True)", "net = Network()", "net.start(vgg16)")
BOTH = (*BEGUN[:2], "net.start_both(vgg16)")
KNOWN = {"Network": Network, "nn": nn, "torch": torch, "torchvision": torchvision}


def back(*statements: str, begun: Sequence[str] = BEGUN) -> TakenBack:
    chunks = tuple(Chunk("cell 4", line, text) for line, text in enumerate((*begun, *statements), start=1))
    copying = Copying("submission", "net", chunks)
    world = World(Slice(copying={"FCN8s": (copying,)}), namespaces={"submission": dict(KNOWN)})
    before = CONV.weight.detach().clone()
    found = taken_back(world, CopyVgg("FCN8s", stand_ins={}, biasless=()), VGG16)
    assert before.equal(CONV.weight)  # which the model shares
    return found


def taking(*statements: str) -> int | None:
    found = back(*statements)
    assert not found.lost
    return found.whole.line if found.whole else None


@pytest.mark.parametrize(
    "statement", ["net = Network()", "nn.init.ones_(net.conv.weight)", "net.conv = nn.Conv2d(3, 4, 3)"]
)
def test_what_leaves_nothing_of_it_is_told(statement: str) -> None:
    """A model that is built or filled anew, and whose layers are."""
    assert taking(statement) == 4
    assert taking("net.conv.requires_grad_(False)", statement) == 5


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("net.next.reset_parameters()", ["next.bias", "next.weight"]),
        ("nn.init.zeros_(net.next.bias)", ["next.bias"]),
        ("net.next = nn.Conv2d(4, 5, 3)", ["next.bias", "next.weight"]),
        ("for p in net.conv.parameters():\n    nn.init.ones_(p)", ["conv.weight"]),
        ("net.load_state_dict({'next.weight': torch.zeros(5, 4, 3, 3)}, strict=False)", ["next.weight"]),
    ],
)
def test_what_leaves_a_part_of_it_is_told_by_parameter(statement: str, names: list[str]) -> None:
    """Each with the statement after which it isn't what was copied."""
    found = back("net.conv.requires_grad_(False)", statement, begun=BOTH)
    assert found.whole is None
    assert {name: line.line for name, line in found.lost.items()} == dict.fromkeys(names, 5)


def test_what_a_step_of_training_leaves_is_still_what_was_copied() -> None:
    """Whoever tries a step before training has taken nothing away."""
    step = "with torch.no_grad():\n    for p in net.parameters():\n        p.add_(1e-3)"
    assert back(step, begun=BOTH) == TakenBack()


@pytest.mark.parametrize(
    "statements",
    [
        ["net.conv.requires_grad_(False)"],
        ["net = Network()", "net.start(vgg16)"],  # given again
        ["net = Network()", "net.start(missing)"],  # nobody knows where it ends
        ["net.conv.requires_grad_(False)", "del net"],
        ["net = nn.DataParallel(net)", "net.train()"],
        ["net = nn.Sequential(net)", "net = net[0]", "net.train()"],
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


def test_what_was_given_after_training_is_told() -> None:
    """Of the only model that anything is copied into."""
    late = Copying("submission", "net", (Chunk("cell 4", 1, "net = Network()"),), late=Place("cell 4", 3))
    world = World(Slice(copying={"FCN8s": (late,)}))
    asked = CopyVgg("FCN8s", stand_ins={}, biasless=())

    assert taken_back(world, asked, VGG16) == TakenBack(SourceLine("cell 4", 3))
    assert taken_back(World(Slice(copying={"FCN8s": (late, late)})), asked, VGG16) == TakenBack()


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
