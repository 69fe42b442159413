"""However a submission copies VGG-16, one of the ways does it."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import numpy as np
import pytest

from grader.records.submission import Chunk, Copying, Slice
from grader.wall.draws import draw_parameter
from grader.worker.loader import World
from tests.grader.worker.a_model import ask, real, tiny
from tests.layers import conv
from tests.share import every

SHAPES = {"features.0.weight": (12, 3, 3, 3), "features.0.bias": (12,)}
DRAWN = draw_parameter(3, "vgg/features.0.weight", (12, 3, 3, 3))
MADE = {"shapes": SHAPES, "seed": 3, "fresh": True}
COPY = "{}.conv.weight.data.copy_({}.features[0].weight.data)"
OWN = "import torchvision\n        vgg = torchvision.models.vgg16({})\n        " + COPY.format("self", "vgg")


def method(text: str) -> tuple[str, str]:
    return "def forward", f"{text}\n\n    def forward"


WAYS: dict[str, tuple[str, tuple[str, str]]] = {
    "a method of any name": ("start_from", method(f"def start_from(self, net):\n        {COPY.format('self', 'net')}")),
    "a method without gradients": ("start_from", method(f"@torch.no_grad()\n    def start_from(self, net):\n        {COPY.format('self', 'net')}")),
    "a method that gets it itself": ("warm_up", method(f"def warm_up(self):\n        {OWN.format('pretrained=True')}")),
    "... by the new argument": ("warm_up", method(f"def warm_up(self):\n        {OWN.format('weights=torchvision.models.VGG16_Weights.DEFAULT')}")),
    "a function, model first": ("transfer", ("class FCN32s", f"def transfer(a, b):\n    {COPY.format('a', 'b')}\n\n\nclass FCN32s")),
    "a class method": ("begin_with", method(f"@classmethod\n    def begin_with(cls, net):\n        made = cls()\n        {COPY.format('made', 'net')}\n        return made")),
    "a static method": ("begin_with", method(f"@staticmethod\n    def begin_with(net):\n        made = FCN32s()\n        {COPY.format('made', 'net')}\n        return made")),
    "a function that takes both by name alone": ("transfer", ("class FCN32s", f"def transfer(*, source, model):\n    {COPY.format('model', 'source')}\n\n\nclass FCN32s")),
    "a function, model last": ("transfer", ("class FCN32s", f"def transfer(a, b):\n    {COPY.format('b', 'a')}\n\n\nclass FCN32s")),
    "all of it into a VGG-16 of one's own": ("take", method("def take(self, net):\n        import torchvision\n        own = torchvision.models.vgg16(weights=None)\n        own.features[0] = nn.Conv2d(3, 12, 3)\n        own.load_state_dict(net.state_dict())\n        self.conv.load_state_dict(own.features[0].state_dict())")),
    "a method beside one that is named for VGG": (
        "fetch", method(f"def vgg_block(self, width):\n        return width + 1\n\n    def fetch(self, net):\n        {COPY.format('self', 'net')}"),
    ),
}  # fmt: skip


def weight(world: World) -> np.ndarray:
    return np.asarray(conv(real(world), "conv").weight.detach())


@pytest.mark.parametrize("way", every(5, WAYS))
def test_a_way_is_found(way: str) -> None:
    """By what it takes and what it does."""
    name, change = WAYS[way]
    world = tiny(change)
    if name in world.namespaces["submission"]:
        world.targets[name] = world.namespaces["submission"][name]

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})

    assert (answer["way"], answer["failed"]) == (name, None)
    assert np.array_equal(weight(world), DRAWN)


def test_a_way_that_copies_no_weight_as_it_is_leaves_what_it_wrote() -> None:
    """What it made of them can be told then."""
    world = tiny()
    world.targets["copy_vgg16"] = lambda model, vgg16: model.conv.weight.data.copy_(
        vgg16.features[0].weight / 2
    )

    ask(world, "make_vgg", **MADE)
    ask(world, "copy_vgg", stand_ins={})

    assert np.allclose(weight(world), DRAWN / 2)


def test_the_notebooks_own_statements_are_gone_through() -> None:
    """The model that they make is the one that is looked at then."""
    world = tiny()
    cell = (
        "net = FCN32s()\nimport torchvision\nvgg = torchvision.models.vgg16(pretrained=True)\n"
        + COPY.format("net", "vgg")
    )
    chunks = (Chunk("cell 9", 1, cell),)
    world.slice = Slice(copying={"FCN32s": (Copying("submission", "net", chunks),)})

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})

    assert answer["way"] == "the notebook's net"
    assert np.array_equal(weight(world), DRAWN)
    assert answer["written"]["conv.weight"][1] == 4


OTHER = """\
class FCN8s(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.conv = nn.Conv2d(3, n_class, 3, padding=1)

    def follow(self, net):
        self.conv.weight.data.copy_(net.conv.weight.data)


"""
FETCH = method(f"def fetch(self, net):\n        {COPY.format('self', 'net')}")


def two(*edits: tuple[str, str]) -> World:
    """A second network beside the tiny one."""
    world = tiny(("class FCN32s", f"{OTHER}class FCN32s"), *edits)
    world.targets["FCN8s"] = world.namespaces["submission"]["FCN8s"]
    return world


@pytest.mark.parametrize(
    "notebook", ["", "net = FCN8s()\nnet.load_state_dict(best.state_dict(), strict=False)"]
)
def test_a_network_may_copy_what_the_other_one_copied(notebook: str) -> None:
    """By a method, or by statements about a model that was trained where nothing is run."""
    world = two(FETCH, ("follow(self, net):", "follow(self, net, more):")) if notebook else two(FETCH)
    chunks = (Chunk("cell 9", 1, notebook),)
    copying = Copying("submission", "net", chunks, frozenset({"best"}))
    world.slice = Slice(copying={"FCN8s": (copying,)} if notebook else {})

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", model="FCN8s", stand_ins={})

    assert answer["way"] == ("the notebook's net" if notebook else "follow")
    assert (answer["failed"], world.state.real and world.state.real.key[0]) == (None, "FCN8s")
    assert np.array_equal(weight(world), DRAWN)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("net.load_state_dict(bset.state_dict())", "name 'bset' is not defined"),
        ("best.state_dict(); net.load_state_dict(state)", "name 'state' is not defined"),
    ],
)
def test_a_name_that_nothing_binds_is_no_other_network(statement: str, told: str) -> None:
    """And is what is told of, though what was trained is missing, too."""
    world = two(FETCH, ("follow(self, net):", "follow(self, net, more):"))
    copying = Copying(
        "submission", "net", (Chunk("cell 9", 1, f"net = FCN8s()\n{statement}"),), frozenset({"best"})
    )
    world.slice = Slice(copying={"FCN8s": (copying,)})

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", model="FCN8s", stand_ins={})

    assert answer["failed"]["message"].startswith(told)
    assert world.state.real is None


def test_what_the_other_one_does_not_copy_is_filled_in() -> None:
    """It costs that one's lines."""
    world = two()
    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", model="FCN8s", stand_ins={})

    assert answer["way"] == "follow"
    assert np.array_equal(weight(world), DRAWN)


def test_where_nothing_copies_nothing_is_named() -> None:
    """And the model is as it was made."""
    world = tiny()
    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})

    assert (answer.pop("written"), answer.pop("changed")) == ({}, ())
    empty: dict[str, object] = {
        "way": "",
        "failed": None,
        "home": None,
        "own": False,
        "slip": None,
        "undone": None,
        "lost": {},
    }
    assert answer == empty


def test_a_lazy_model_that_copying_leaves_without_shapes_is_not_taken() -> None:
    """The statements are sought out, so that the pass which gave them may be missing."""
    world = tiny(("nn.Conv2d(3, ", "nn.LazyConv2d("))
    chunks = (Chunk("cell 9", 1, "net = FCN32s()"),)
    world.slice = Slice(copying={"FCN32s": (Copying("submission", "net", chunks),)})

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})

    assert (answer["way"], answer["failed"]) == ("the notebook's net", None)


def test_a_way_that_leaves_layers_without_shapes_is_not_taken() -> None:
    """A method that makes layers, tried with a VGG-16 for a number."""
    extra = "def extra(self, n):\n        self.new = nn.LazyConv2d(4, 1)\n        raise TypeError(n)"
    fetch = f"def fetch(self, net):\n        {COPY.format('self', 'net')}"
    world = tiny(method(f"{extra}\n\n    {fetch}"))

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})

    assert (answer["way"], answer["failed"]) == ("fetch", None)


def test_a_constructor_that_is_told_a_name_is_given_no_network() -> None:
    """`backbone="vgg16"` stays what it is, and `pretrained` is asked for."""
    drop = "        self.drop = nn.Dropout2d(0.5)\n"
    told = "n_class=12, backbone='vgg16', pretrained=False):\n        assert backbone == 'vgg16'\n"
    loads = f"{drop}        if not pretrained: return\n        {OWN.format('pretrained=True')}\n"
    world = tiny(("n_class=12):\n", told), (drop, loads))

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})

    assert (answer["way"], answer["failed"]) == ("FCN32s(...)", None)
    assert np.array_equal(weight(world), DRAWN)


def test_a_constructor_may_make_a_model_that_was_lent_no_layer() -> None:
    """What the one under examination was lent, since copying may ask for it, no other one has."""
    drop = "        self.drop = nn.Dropout2d(0.5)\n"
    loads = f"{drop}        if not pretrained: return\n        {OWN.format('pretrained=True')}\n"
    world = tiny(("n_class=12):", "n_class=12, pretrained=False):"), (drop, loads))

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={"conv5_1": "features.0"})

    assert answer["way"] == "FCN32s(...)"
    assert np.array_equal(weight(world), DRAWN)


def test_a_constructor_may_get_it_through_functions() -> None:
    """None of which names it where the model is made; a function may stand for the class, too."""
    begun = f"def begun(net):\n    import torchvision\n    given = torchvision.models.vgg16(weights='DEFAULT')\n    {COPY.format('net', 'given')}\n\n\nclass FCN32s"
    drop = "        self.drop = nn.Dropout2d(0.5)\n"
    world = tiny(("class FCN32s", begun), (drop, f"{drop}        begun(self)\n"))
    made = world.targets["FCN32s"]
    for make in (made, lambda n_class=12: made(n_class)):
        world.targets["FCN32s"], world.state.real = make, None

        ask(world, "make_vgg", **MADE)
        answer, _ = ask(world, "copy_vgg", stand_ins={})

        assert (answer["way"], answer["failed"]) == ("FCN32s(...)", None)
        assert np.array_equal(weight(world), DRAWN)
