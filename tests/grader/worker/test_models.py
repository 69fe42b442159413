from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.draws import draw, draw_parameter, positions
from grader.worker import models
from grader.worker.loader import StudentCodeError, World
from grader.worker.operations import OPERATIONS
from tests.grader.slim import SOURCE, Edit, edited, world_of

ARGS = {"model": "FCN32s", "n_class": 12}
TINY = """\
import torch
from torch import nn

class FCN32s(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.conv = nn.Conv2d(3, n_class, 3, padding=1)
        self.bn = nn.BatchNorm2d(n_class)
        self.drop = nn.Dropout2d(0.5)

    def forward(self, x):
        return self.drop(self.bn(self.conv(x)))
"""


def tiny(*edits: Edit) -> World:
    """A small model after these edits."""
    return world_of(edited(*edits, source=TINY))


def ask(world: World, verb: str, **args: Any) -> tuple[Any, dict[str, np.ndarray]]:
    """What an operation answers."""
    return OPERATIONS[verb](world, {**ARGS, **args}, {})


def cause(world: World, verb: str, **args: Any) -> BaseException:
    """What student code is blamed for."""
    with pytest.raises(StudentCodeError) as caught:
        ask(world, verb, **args)
    assert caught.value.__cause__ is not None
    return caught.value.__cause__


# --- building -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "way"),
    [
        ("self, n_class=12", "keyword"),
        ("self, n_class", "keyword"),
        ("self, *, n_class", "keyword"),
        ("self, **options", "keyword"),
        ("self, classes", "position"),
        ("self, num_classes=12, other=3", "position"),
        ("self", "default"),
    ],
)
def test_a_model_is_built_as_students_do(signature: str, way: str) -> None:
    """By keyword, else by position, else with defaults."""
    body = "n_class = locals().get('n_class', 12)\n        super().__init__()"
    value, _ = ask(tiny(("self, n_class=12", signature), ("super().__init__()", body)), "build")

    assert value["way"] == way


def test_a_model_is_built_without_memory() -> None:
    """Its parameters are on the meta device, described by shape and by whether they learn."""
    value, _ = ask(world_of(SOURCE), "build")

    assert value["meta"]
    assert ["conv1_1.weight", [2, 3, 3, 3], True] in value["parameters"]
    assert value["methods"] == ["copy_params_from_vgg16"]


def test_a_constructor_that_looks_at_values_is_run_for_real() -> None:
    """What the meta device can't do doesn't cost the model."""
    value, _ = ask(
        tiny(("self.drop =", "assert self.bn.weight.sum().item() == n_class\n        self.drop =")), "build"
    )

    assert not value["meta"]
    assert len(value["parameters"]) == 4


def test_every_layer_knows_the_line_that_made_it() -> None:
    """Places are of the student's own lines, by parameter."""
    value, _ = ask(tiny(), "build")

    assert value["places"] == {
        "conv.weight": ["cell 1", 7],
        "conv.bias": ["cell 1", 7],
        "bn.weight": ["cell 1", 8],
        "bn.bias": ["cell 1", 8],
    }


def test_what_is_no_class_is_named() -> None:
    """Missing, of another kind, or a class of something else."""
    assert str(cause(world_of(""), "build")) == "FCN32s is not defined"
    assert "is of type int, not a class" in str(cause(world_of("FCN32s = 3"), "build"))
    assert "is of type dict, not an nn.Module" in str(cause(world_of("FCN32s = dict"), "build"))
    raising = cause(tiny(("super().__init__()", "raise OSError('disk')")), "build")
    assert (type(raising), str(raising)) == (OSError, "disk")


def test_a_model_is_built_once_for_all_light_questions() -> None:
    """Tracing, shapes and gradients use the model that was built."""
    world = tiny(
        ("super().__init__()", "super().__init__(); COUNT.append(1)"),
        ("import torch\n", "import torch\nCOUNT = []\n"),
    )
    (
        ask(world, "build"),
        ask(world, "trace", size=[1, 3, 8, 8], training=False),
        ask(world, "shapes", sizes=[[1, 3, 4, 4]]),
    )

    assert len(world.namespaces["submission"]["COUNT"]) == 1


def test_large_weights_are_not_initialised() -> None:
    """Millions of random numbers that are overwritten at once aren't drawn; torch is left as it was."""
    before = nn.init.kaiming_uniform_
    world = tiny(("self.drop =", "self.big = nn.Linear(1500, 1500)\n        self.drop ="))
    ask(world, "initial", names=[])
    model = world.state["real"]["FCN32s"]

    assert nn.init.kaiming_uniform_ is before
    assert model.conv.weight.std() > 0
    assert model.big.weight.numel() > models.LARGE


# --- the light model ----------------------------------------------------------------------------------


def test_shapes_are_described_or_the_exception_is() -> None:
    """Each size has its answer, and an exception of one costs no other."""
    world = tiny(("return self.drop", "assert x.size(2) > 4, 'small'\n        return self.drop"))
    value, _ = ask(world, "shapes", sizes=[[1, 3, 4, 4], [2, 3, 5, 6]])

    assert value[0] == {"type": "", "error": "AssertionError: small"}
    assert value[1]["shape"] == [2, 12, 5, 6]


def test_shapes_are_those_of_eval_mode() -> None:
    """Asking for shapes after training doesn't leave the mode behind."""
    world = tiny(("return self.drop", "assert not self.training\n        return self.drop"))

    assert ask(world, "shapes", sizes=[[1, 3, 5, 5]])[0][0]["type"] == "Tensor"


@pytest.mark.parametrize("training", [True, False])
def test_a_trace_is_of_the_mode_that_was_asked(training: bool) -> None:
    """The dropout is on in train mode only."""
    value, _ = ask(tiny(), "trace", size=[1, 3, 5, 5], training=training)

    assert value["training"] is training
    assert value["dropouts"][0][3] is training
    assert value["requires_grad"] is training


def test_a_forward_pass_that_looks_at_values_is_traced_for_real() -> None:
    """What needs numbers gets them."""
    world = tiny(("return self.drop", "assert x.mean().item() == 0\n        return self.drop"))
    value, _ = ask(world, "trace", size=[1, 3, 5, 5], training=False)

    assert value["shape"] == [1, 12, 5, 5]
    assert ask(world, "shapes", sizes=[[1, 3, 6, 6]])[0][0]["shape"] == [1, 12, 6, 6]


def test_a_forward_pass_that_raises_is_blamed() -> None:
    """The exception is the student's own."""
    error = cause(tiny(("return self.drop", "return self.dorp")), "trace", size=[1, 3, 5, 5], training=False)

    assert isinstance(error, AttributeError) and "dorp" in str(error)


def test_gradients_reach_what_the_output_depends_on() -> None:
    """Each parameter is told; what is detached gets none, and asking twice gives the same."""
    world = tiny(("self.bn(self.conv(x))", "self.bn(self.conv(x).detach())"))
    wanted = {"conv.weight": False, "conv.bias": False, "bn.weight": True, "bn.bias": True}

    assert ask(world, "gradients", size=[1, 3, 5, 5])[0] == wanted
    assert ask(world, "gradients", size=[1, 3, 5, 5])[0] == wanted


def test_without_a_graph_there_are_no_gradients() -> None:
    """A forward pass under no_grad reaches nothing, without an error."""
    world = tiny(
        (
            "return self.drop(self.bn(self.conv(x)))",
            "with torch.no_grad():\n            return self.bn(self.conv(x))",
        )
    )

    assert not any(ask(world, "gradients", size=[1, 3, 5, 5])[0].values())


# --- the real model -----------------------------------------------------------------------------------


def test_initial_values_are_those_of_the_constructor() -> None:
    """Named parameters and all small buffers are sent as they are."""
    world = tiny(("self.drop =", "nn.init.constant_(self.conv.bias, 7.0)\n        self.drop ="))
    names, arrays = ask(world, "initial", names=["conv.bias", "nonsense"])

    assert names == ["bn.running_mean", "bn.running_var"]
    assert arrays["conv.bias"].tolist() == [7.0] * 12
    assert set(arrays) == {"conv.bias", "bn.running_mean", "bn.running_var"}


def test_parameters_are_filled_by_their_keys() -> None:
    """What is named is drawn from the seed; the rest stays as it is."""
    world = tiny()
    _, before = ask(world, "initial", names=["bn.bias"])
    ask(world, "fill", seed=5, keys={"conv.weight": "conv1_1.weight"})
    model = world.state["real"]["FCN32s"]

    assert np.array_equal(model.conv.weight.detach(), draw_parameter(5, "conv1_1.weight", (12, 3, 3, 3)))
    assert np.array_equal(model.bn.bias.detach(), before["bn.bias"])


def test_forward_is_the_model_on_the_drawn_input() -> None:
    """In eval mode, dropouts taken out, on the picture that the seed gives."""
    world = tiny(("self.drop(", "nn.functional.dropout(torch.rand(1) + "))
    ask(world, "fill", seed=5, keys={"conv.weight": "w", "conv.bias": "b"})
    described, arrays = ask(world, "forward", seed=5, size=[1, 3, 6, 7])
    model = world.state["real"]["FCN32s"]
    with torch.no_grad():
        wanted = model.bn(model.conv(torch.from_numpy(draw(5, "input", (1, 3, 6, 7)))))

    assert described["shape"] == [1, 12, 6, 7]
    np.testing.assert_allclose(arrays["output"], wanted.numpy(), rtol=1e-5, atol=1e-6)


def test_an_output_that_is_no_tensor_is_described_only() -> None:
    """There are no numbers to send of it."""
    described, arrays = ask(
        tiny(("return self.drop(self.bn(self.conv(x)))", "return [1]")), "forward", seed=5, size=[1, 3, 6, 7]
    )

    assert (described["type"], arrays) == ("list", {})


def test_one_real_model_is_held_at_a_time() -> None:
    """Building the second network frees the first; releasing frees both."""
    world = world_of(SOURCE)
    ask(world, "initial", names=[])
    ask(world, "initial", names=[], model="FCN8s")
    assert set(world.state["real"]) == {"FCN8s"}

    ask(world, "release")
    assert "real" not in world.state


def test_samples_are_at_drawn_positions() -> None:
    """Shapes are sent, and values of as many positions as were asked for, by parameter."""
    world = tiny()
    ask(world, "fill", seed=5, keys={"conv.weight": "w"})
    shapes, found = ask(world, "sample", of="model", names=["conv.weight", "nonsense"], seed=8, count=20)
    at = positions(8, "conv.weight", 12 * 27, 20)

    assert shapes == {"conv.weight": [12, 3, 3, 3]}
    assert set(found) == {"conv.weight"}
    assert np.array_equal(found["conv.weight"], draw_parameter(5, "w", (12, 3, 3, 3)).reshape(-1)[at])


# --- VGG-16 -------------------------------------------------------------------------------------------

SHAPES = {"features.0.weight": [12, 3, 3, 3], "features.0.bias": [12]}
COPIES = "self.conv.weight.data = vgg16.features[0].weight.data"
COPYING = f"def load_vgg(self, vgg16):\n        {COPIES}\n\n    def forward"


DEFAULTS = {"method": "load_vgg", "shapes": SHAPES, "seed": 3, "fresh": True, "stand_ins": {}}
DRAWN = draw_parameter(3, "vgg/features.0.weight", (12, 3, 3, 3))


def copied(world: World, **args: Any) -> np.ndarray:
    """The model's first weight after copying."""
    ask(world, "copy_vgg", **{**DEFAULTS, **args})
    return np.asarray(world.state["real"]["FCN32s"].conv.weight.detach())


def test_copying_finds_a_vgg16_that_fits() -> None:
    """The layers that were named have the student's shapes, and values drawn by VGG-16's own names."""
    assert np.array_equal(copied(tiny(("def forward", COPYING))), DRAWN)


def test_a_vgg16_is_filled_again_only_if_it_must() -> None:
    """A second network gets the same VGG-16, as it is unless it is to be fresh."""
    world = tiny(("def forward", COPYING))
    copied(world)
    world.state["vgg16"]["model"].features[0].weight.data.zero_()

    assert not copied(world, fresh=False).any()
    assert copied(world, fresh=True).any()


def test_functions_and_methods_that_copy_are_found_by_name() -> None:
    """Methods come first, then functions; what isn't callable is none."""
    world = tiny(("def forward", COPYING))
    world.targets |= {"copy_vgg16_into": len, "VGG_URL": "http"}

    assert ask(world, "build")[0]["methods"] == ["load_vgg", "copy_vgg16_into"]


@pytest.mark.parametrize("order", ["model, vgg16", "vgg16, model", "net, vgg", "VGG, net"])
def test_a_function_gets_its_arguments_in_its_own_order(order: str) -> None:
    """The argument whose name holds vgg is the VGG-16."""
    first, second = order.split(", ")
    model, vgg = (second, first) if "vgg" in first.lower() else (first, second)
    function = (
        f"def copy_vgg16_into({order}):\n    {model}.conv.weight.data = {vgg}.features[0].weight.data\n"
    )
    world = tiny(("class FCN32s", f"{function}\nclass FCN32s"))

    assert np.array_equal(copied(world, method="copy_vgg16_into"), DRAWN)


def test_copying_finds_stand_ins_for_what_is_missing() -> None:
    """Names that the model lacks are there for the copying, as layers of VGG-16's shape."""
    looks = "self.conv1_1.weight.data.copy_(vgg16.features[0].weight); self.relu1_1"
    world = tiny(("def forward", f"def load_vgg(self, vgg16):\n        {looks}\n\n    def forward"))

    assert isinstance(cause(world, "copy_vgg", **DEFAULTS), AttributeError)
    copied(world, stand_ins={"conv1_1": "features.0", "relu1_1": ""})
