from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.records.submission import Chunk, Copying, Slice
from grader.wall.draws import draw_parameter
from grader.worker.loader import World
from tests.grader.worker.a_model import ask, real, tiny
from tests.layers import conv

SHAPES = {"features.0.weight": (12, 3, 3, 3), "features.0.bias": (12,)}
COPIES = "self.conv.weight.data = vgg16.features[0].weight.data"
COPYING = f"def load_vgg(self, vgg16):\n        {COPIES}\n\n    def forward"


MADE = {"shapes": SHAPES, "seed": 3, "fresh": True}
DRAWN = draw_parameter(3, "vgg/features.0.weight", (12, 3, 3, 3))


def copied(world: World, **args: Any) -> np.ndarray:
    """The model's first weight after copying."""
    ask(world, "make_vgg", **{**MADE, **args})
    ask(world, "copy_vgg", stand_ins={})
    return np.asarray(conv(real(world), "conv").weight.detach())


@pytest.mark.slow
def test_copying_finds_a_vgg16_that_fits() -> None:
    """The layers that were named have the student's shapes, and values drawn by VGG-16's own names."""
    assert np.array_equal(copied(tiny(("def forward", COPYING))), DRAWN)


def test_a_vgg16_is_filled_again_only_if_it_must() -> None:
    """A second network gets the same VGG-16, as it is unless it is to be fresh."""
    world = tiny(("def forward", COPYING))
    copied(world)
    assert world.state.vgg16 is not None
    conv(world.state.vgg16.model, "features.0").weight.data.zero_()

    assert not copied(world, fresh=False).any()
    assert copied(world, fresh=True).any()


@pytest.mark.slow
def test_the_largest_layer_is_made_anew_only_if_it_must() -> None:
    """What lies in memory that repeats can be changed as any weight, and is fresh where it is to be."""
    world, row = tiny(("def forward", COPYING)), slice(4000, 4001)
    ask(world, "make_vgg", **MADE)
    assert world.state.vgg16 is not None
    layer = world.state.vgg16.model.get_parameter("classifier.0.weight")
    drawn = draw_parameter(3, "vgg/classifier.0.weight", tuple(layer.shape))[row]
    assert np.array_equal(layer.detach()[row], drawn)

    layer.data[row] = 7.0
    ask(world, "make_vgg", **{**MADE, "fresh": False})
    assert (layer.detach()[row] == 7.0).all()
    ask(world, "make_vgg", **MADE)
    assert np.array_equal(layer.detach()[row], drawn)


@pytest.mark.parametrize("order", ["model, vgg16", "vgg16, model", "net, vgg", "VGG, net"])
def test_a_function_gets_its_arguments_in_its_own_order(order: str) -> None:
    """The argument whose name holds vgg is the VGG-16."""
    first, second = order.split(", ")
    model, vgg = (second, first) if "vgg" in first.lower() else (first, second)
    function = (
        f"def copy_vgg16_into({order}):\n    {model}.conv.weight.data = {vgg}.features[0].weight.data\n"
    )
    world = tiny(("class FCN32s", f"{function}\nclass FCN32s"))

    assert np.array_equal(copied(world), DRAWN)


def test_copying_finds_stand_ins_for_what_is_missing() -> None:
    """Names that the model lacks are there for the copying alone, as layers of VGG-16's shape."""
    looks = "self.conv1_1.weight.data.copy_(vgg16.features[0].weight); self.relu1_1"
    world = tiny(("def forward", f"def load_vgg(self, vgg16):\n        {looks}\n\n    def forward"))

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})
    assert (answer["way"], answer["failed"]["kind"]) == ("load_vgg", "AttributeError")
    stand_ins = {"conv1_1": "features.0", "relu1_1": ""}
    answer, _ = ask(world, "copy_vgg", stand_ins=stand_ins)
    assert answer["failed"] is None
    assert not any(hasattr(real(world), name) for name in stand_ins)


def test_a_layer_without_bias_gets_one_for_as_long_as_it_is_copied() -> None:
    """That it has none was paid for, and it has none again afterwards."""
    both = ("weight", "bias")
    looks = "; ".join(f"self.conv.{kind}.data.copy_(vgg16.features[0].{kind})" for kind in both)
    world = tiny(
        ("def forward", f"def load_vgg(self, vgg16):\n        {looks}\n\n    def forward"),
        ("3, padding=1)", "3, padding=1, bias=False)"),
    )

    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})
    assert answer["failed"]["kind"] == "AttributeError"
    answer, _ = ask(world, "copy_vgg", stand_ins={}, biasless=("conv",))
    assert answer["failed"] is None
    assert conv(real(world), "conv").bias is None


@pytest.mark.parametrize(
    ("statement", "begun"),
    [("net.apply(lambda layer: None)", False), ("net.conv.weight.data.fill_(7)", True), ("1 / 0", False)],
)
def test_the_notebooks_own_statements_may_begin_a_model(statement: str, begun: bool) -> None:
    """What they leave is sent, and no other question meets the model that they made."""
    world, cell = tiny(), f"net = FCN32s()\n{statement}"
    world.slice = Slice(copying={"FCN32s": (Copying("submission", "net", (Chunk("cell 9", 1, cell),)),)})

    _, arrays = ask(world, "begun", names=("conv.weight",))
    _, made = ask(world, "initial", names=("conv.weight",))

    assert bool((arrays["conv.weight"] == 7).all()) == begun
    assert not (made["conv.weight"] == 7).any()


def test_what_a_model_begins_with_is_not_what_was_drawn_for_it() -> None:
    """A model that was looked at is filled with other numbers: a new one is made."""
    world = tiny()
    ask(world, "fill", keys={"conv.weight": "a key"}, seed=5)
    drawn = conv(real(world), "conv").weight.detach().numpy().copy()

    _, arrays = ask(world, "begun", names=("conv.weight",))

    assert not np.array_equal(arrays["conv.weight"], drawn)


@pytest.mark.slow
def test_a_vgg16_without_a_layer_is_numbered_without_a_gap() -> None:
    """It is filled, and looked at, by the names of a whole one."""
    world = tiny(("def forward", COPYING))
    ask(world, "make_vgg", **{**MADE, "lacks": ("features.4",), "numbered": True})
    assert world.state.vgg16 is not None
    made = world.state.vgg16.model

    assert [name for name, _ in made.get_submodule("features").named_children()] == [
        str(at) for at in range(30)
    ]
    drawn = draw_parameter(3, "vgg/features.5.weight", (128, 64, 3, 3))
    assert np.array_equal(made.get_parameter("features.4.weight").detach(), drawn)
    seen, _ = ask(world, "sample", of="vgg16", names=("features.5.weight",), seed=1, count=5)
    assert seen["shapes"] == {"features.5.weight": (128, 64, 3, 3)}
