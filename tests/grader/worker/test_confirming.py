from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.wall.verbs import Fill, Grad, Narrow, Run, Sample
from grader.worker.challenge import fill
from grader.worker.confirming import narrow, run
from grader.worker.loader import World
from grader.worker.vgg import sample
from tests.grader.slim import world_of

SOURCE = """
import torch
from torch import nn
from torch.nn import functional as F
class FCN8s(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.first = nn.Conv2d(3, 64, 3)
        self.norm = nn.BatchNorm2d(64)
        self.again = nn.Conv2d(64, 64, 1, bias=False)
        self.twin = self.again
        self.score = nn.Conv2d(64, n_class, 1)
        self.first.bias.requires_grad = False
    def forward(self, x):
        h = F.dropout2d(self.twin(self.again(self.norm(self.first(x)))), 0.5, self.training)
        return self.score(h)
"""
SHAPES: dict[str, tuple[int, ...]] = {
    "first.weight": (8, 3, 3, 3),
    "first.bias": (8,),
    "norm.weight": (8,),
    "norm.bias": (8,),
    "norm.running_mean": (8,),
    "norm.running_var": (8,),
    "again.weight": (8, 8, 1, 1),
    "score.weight": (5, 8, 1, 1),
}
MADE = Narrow("FCN8s", 5, shapes=SHAPES, keys={name: name for name in SHAPES if "run" not in name}, seed=3)


def made() -> World:
    """A world in which the model was narrowed."""
    world = world_of(SOURCE)
    narrow(world, MADE, {})
    return world


def ran(world: World, *, training: bool = False, grad: Grad = "none", chance: int = 1) -> Any:
    """What one run gives."""
    asked = Run("FCN8s", 5, size=(2, 3, 6, 7), seed=4, chance=chance, training=training, grad=grad)
    return run(world, asked, {})[1]["output"]


def test_a_narrow_model_has_the_shapes_that_were_asked_for() -> None:
    """One tensor with two names stays one, a frozen parameter stays frozen, buffers keep their beginning."""
    narrowed = made().state.narrowed
    assert narrowed is not None
    model: Any = narrowed.model

    assert {n: tuple(t.shape) for n, t in model.state_dict().items() if n in SHAPES} == SHAPES
    assert model.again.weight is model.twin.weight
    assert not model.first.bias.requires_grad
    assert model.norm.running_var.tolist() == [1.0] * 8


def test_a_run_repeats_whatever_was_run_between() -> None:
    """Statistics that train mode gathers are taken back."""
    world = made()
    first = ran(world)
    ran(world, training=True, grad="backward")

    assert np.array_equal(ran(world, grad="inference"), first)


def test_train_mode_drops_by_the_generator() -> None:
    """The same coins for the same seed, others for another."""
    world = made()

    assert np.array_equal(ran(world, training=True), ran(world, training=True))
    assert not np.array_equal(ran(world, training=True), ran(world, training=True, chance=2))


def test_gradients_of_the_last_run_are_sampled() -> None:
    """What has no gradient is left out."""
    world = made()
    asked = Sample("FCN8s", of="gradients", names=("first.weight", "first.bias"), seed=1, count=10)
    ran(world)
    assert sample(world, asked, {})[1] == {}
    ran(world, training=True, grad="backward")

    assert list(sample(world, asked, {})[1]) == ["first.weight"]


def test_only_gradients_that_an_optimizer_sees_are_sampled() -> None:
    """A model that gives it copies of its parameters learns nothing."""
    copies = "    def parameters(self):\n        return (p.data.clone() for p in super().parameters())\n\n"
    world = world_of(SOURCE.replace("    def forward", f"{copies}    def forward", 1))
    narrow(world, MADE, {})
    ran(world, training=True, grad="backward")

    asked = Sample("FCN8s", of="gradients", names=("first.weight", "again.weight"), seed=1, count=10)
    assert sample(world, asked, {})[1] == {}


@pytest.mark.parametrize("grad", ["inference", "none", "on", "backward"])
def test_the_mode_is_the_one_that_is_asked_for(grad: Grad) -> None:
    """A model may look at it."""
    source = SOURCE.replace(
        "h = F.dropout2d", "assert torch.is_grad_enabled() == MODE[0]; h = F.dropout2d"
    ).replace("class FCN8s", "MODE = [None]\nclass FCN8s")
    world = world_of(source)
    world.namespaces["submission"]["MODE"][0] = grad in ("on", "backward")
    narrow(world, MADE, {})

    assert ran(world, grad=grad).shape == (2, 5, 4, 5)


def test_a_narrow_model_leaves_the_challenged_one_as_it_was_filled() -> None:
    """A proof looks at it again, after the run of another number of classes."""
    world, keys = world_of(SOURCE), {"first.weight": "first.weight", "score.weight": "score.weight"}
    fill(world, Fill("FCN8s", keys=keys, seed=1), {})
    asked = Run("FCN8s", size=(1, 3, 6, 7), seed=4, chance=1, training=True, grad="none", challenged=True)
    before = run(world, asked, {})[1]["output"]
    narrow(world, MADE, {})

    assert np.array_equal(run(world, asked, {})[1]["output"], before)


def test_a_calm_run_throws_no_coins() -> None:
    """Dropouts then keep all, scaled."""
    world = made()
    asked = Run("FCN8s", 5, size=(1, 3, 6, 7), seed=4, chance=1, training=True, grad="none", calm=True)
    first, second = (run(world, asked, {})[1]["output"] for _ in range(2))

    assert np.array_equal(first, second)
    assert np.isfinite(first).all()


def test_hooks_on_parameters_are_kept() -> None:
    """A parameter that a hook keeps from learning learns nothing with few channels either."""
    hooked = SOURCE.replace(
        "self.first.bias.requires_grad = False", "self.again.weight.register_hook(lambda g: g * 0)"
    )
    for source, learns in ((SOURCE, True), (hooked, False)):
        world = world_of(source)
        narrow(world, MADE, {})
        ran(world, training=True, grad="backward")
        asked = Sample("FCN8s", of="gradients", names=("again.weight",), seed=1, count=8)
        assert sample(world, asked, {})[1]["again.weight"].any() == learns
