from __future__ import annotations

import pytest
from torch import nn

from grader.worker.trace import LARGE
from tests.grader.slim import SOURCE, world_of
from tests.grader.worker.a_model import ask, cause, real, tiny
from tests.layers import conv, linear

# --- building -----------------------------------------------------------------------------------------


def test_a_model_is_built_without_memory() -> None:
    """Its parameters are on the meta device, described by shape and by whether they learn."""
    value, _ = ask(world_of(SOURCE), "build")

    assert value["meta"]
    weight = value["parameters"]["conv1_1.weight"]
    assert (weight["shape"], weight["trained"]) == ((2, 3, 3, 3), True)


def test_a_constructor_that_looks_at_values_has_real_ones() -> None:
    """What the meta device can't do doesn't cost the model, nor arithmetic when it is traced."""
    value, _ = ask(
        tiny(("self.drop =", "assert self.bn.weight.sum().item() == n_class\n        self.drop =")), "build"
    )

    assert value["meta"]
    assert len(value["parameters"]) == 4


def test_a_layer_with_two_names_keeps_one_weight() -> None:
    """A model that is made for real and moved to the meta device uses a layer twice, as it did."""
    shared = "self.again = self.conv; assert self.bn.weight.sum().item() == n_class\n        self.drop ="
    value, _ = ask(tiny(("self.drop =", shared)), "build")

    assert list(value["parameters"]) == ["conv.weight", "conv.bias", "bn.weight", "bn.bias"]


def test_every_layer_knows_the_line_that_made_it() -> None:
    """Places are of the student's own lines, by parameter."""
    value, _ = ask(tiny(), "build")

    assert {name: parameter["line"][:2] for name, parameter in value["parameters"].items()} == {
        "conv.weight": ["cell 1", 7],
        "conv.bias": ["cell 1", 7],
        "bn.weight": ["cell 1", 8],
        "bn.bias": ["cell 1", 8],
    }


def test_a_layer_in_the_place_of_another_knows_its_own_line() -> None:
    """Whatever memory of the replaced ones it gets."""
    replaced = "".join(f"self.conv = nn.Conv2d(3, n_class, {size})\n        " for size in range(1, 9))

    value, _ = ask(tiny(("self.bn =", f"{replaced}self.bn =")), "build")

    assert {name: parameter["line"][1] for name, parameter in value["parameters"].items()} == {
        "conv.weight": 15,
        "conv.bias": 15,
        "bn.weight": 16,
        "bn.bias": 16,
    }


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
    model = real(world)

    assert nn.init.kaiming_uniform_ is before
    weight = conv(model, "conv").weight
    assert weight.std() > 0.05 and weight.abs().max() <= 27**-0.5
    assert linear(model, "big").weight.numel() > LARGE
    assert not linear(model, "big").weight.any()  # nothing of what the memory held before


def test_what_is_made_of_weights_that_are_not_initialised_is_a_number() -> None:
    """A weight is divided by its norm, which is that of what the constructor left."""
    normalised = "self.big = nn.utils.parametrizations.spectral_norm(nn.Linear(1500, 1500))"
    world = tiny(("self.drop =", f"{normalised}\n        self.drop ="))
    ask(world, "initial", names=[])

    assert linear(real(world), "big").weight.isfinite().all()


# --- the light model ----------------------------------------------------------------------------------


def test_shapes_are_described_or_the_exception_is() -> None:
    """Each size has its answer, and an exception of one costs no other."""
    world = tiny(("return self.drop", "assert x.size(2) > 4, 'small'\n        return self.drop"))
    value, _ = ask(world, "shapes", sizes=[[1, 3, 4, 4], [2, 3, 5, 6]])

    small, large = value["seen"]
    assert (small["type"], small["error"]) == ("", "AssertionError: small")
    assert list(large["shape"]) == [2, 12, 5, 6]


def test_tensors_that_a_forward_pass_makes_are_where_its_weights_are() -> None:
    """Its shapes and gradients are asked without values."""
    world = tiny(("return self.drop", "x = x * torch.ones(1, 3, 1, 1)\n        return self.drop"))

    (seen,) = ask(world, "shapes", sizes=[[2, 3, 5, 6]])[0]["seen"]
    assert (seen["error"], list(seen["shape"])) == ("", [2, 12, 5, 6])
    assert all(ask(world, "gradients", size=[1, 3, 5, 5])[0]["parameters"].values())
    assert world.state.solid == {}


def test_large_shapes_of_a_real_model_are_skipped() -> None:
    """Where a forward pass is real arithmetic, only small images are tried."""
    world = tiny(("return self.drop", "assert x.mean().item() == 0\n        return self.drop"))
    ask(world, "trace", size=[1, 3, 5, 5], training=False)
    small, batch, wide, tall = ask(
        world, "shapes", sizes=[[1, 3, 90, 90], [9, 3, 90, 90], [1, 3, 9, 9000], [1, 3, 9000, 9]]
    )[0]["seen"]

    assert list(small["shape"]) == [1, 12, 90, 90]
    assert [(seen["type"], seen["skipped"]) for seen in (batch, wide, tall)] == [("", True)] * 3


def test_shapes_are_those_of_eval_mode() -> None:
    """Asking for shapes after training doesn't leave the mode behind."""
    world = tiny(("return self.drop", "assert not self.training\n        return self.drop"))

    assert ask(world, "shapes", sizes=[[1, 3, 5, 5]])[0]["seen"][0]["type"] == "Tensor"


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

    assert list(value["shape"]) == [1, 12, 5, 5]
    assert list(ask(world, "shapes", sizes=[[1, 3, 6, 6]])[0]["seen"][0]["shape"]) == [1, 12, 6, 6]


def test_what_would_take_too_long_is_not_tried_for_real() -> None:
    """Nothing interrupts a convolution: what raises behind endless ones raises as it did without values."""
    world = tiny(
        ("super().__init__()", "super().__init__(); COUNT.append(1)"),
        ("import torch\n", "import torch\nCOUNT = []\n"),
        ("padding=1", "padding=300_000"),
        ("return self.drop", "raise ValueError(self.conv(x).shape)\n        return self.drop"),
    )

    error = cause(world, "trace", size=[1, 3, 8, 8], training=False)

    assert isinstance(error, ValueError) and len(world.namespaces["submission"]["COUNT"]) == 1


def test_what_is_known_to_raise_is_not_tried_for_real() -> None:
    """It ends where the meta device ended; what was told in other words is of no use."""
    asked, looks = (
        {"size": [1, 3, 5, 5], "training": False},
        "assert x.mean().item() == 0\n        return self.drop",
    )
    words = "Tensor.item() cannot be called on meta tensors"
    same, other = ("RuntimeError", "cell 1", 12, words), ("RuntimeError", "cell 1", 12, "another one")

    error = cause(tiny(("return self.drop", looks)), "trace", known=[other, same], **asked)
    value, _ = ask(tiny(("return self.drop", looks)), "trace", known=[other], **asked)

    assert "meta" in str(error)
    assert list(value["shape"]) == [1, 12, 5, 5]


def test_a_forward_pass_that_raises_is_blamed() -> None:
    """The exception is the student's own."""
    error = cause(tiny(("return self.drop", "return self.dorp")), "trace", size=[1, 3, 5, 5], training=False)

    assert isinstance(error, AttributeError) and "dorp" in str(error)


def test_gradients_reach_what_the_output_depends_on() -> None:
    """Each parameter is told; what is detached gets none, and asking twice gives the same."""
    world = tiny(("self.bn(self.conv(x))", "self.bn(self.conv(x).detach())"))
    wanted = {"conv.weight": False, "conv.bias": False, "bn.weight": True, "bn.bias": True}

    assert ask(world, "gradients", size=[1, 3, 5, 5])[0]["parameters"] == wanted
    assert ask(world, "gradients", size=[1, 3, 5, 5])[0]["parameters"] == wanted


def test_without_a_graph_there_are_no_gradients() -> None:
    """A forward pass under no_grad reaches nothing, without an error."""
    world = tiny(
        (
            "return self.drop(self.bn(self.conv(x)))",
            "with torch.no_grad():\n            return self.bn(self.conv(x))",
        )
    )

    assert not any(ask(world, "gradients", size=[1, 3, 5, 5])[0]["parameters"].values())
