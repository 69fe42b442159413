"""What a recorded network gives in train mode, and its gradients, beside what torch gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.network import budget
from grader.network.graph import INPUT, conv, crop, expr, leaf, relu
from grader.network.learning import Learner, with_dropouts
from grader.network.replaying import NotReplayableError
from grader.wall.draws import derived, draw_alone, draw_parameter
from tests.grader.slim import traced

SHAPE = (2, 3, 8, 9)
SEED, RUN, CHANCE = 7, 11, 13
WEIGHT = leaf("w", (4, 3, 3, 3))


def _values() -> tuple[torch.Tensor, torch.Tensor]:
    weight = torch.from_numpy(draw_parameter(derived(SEED, "fill"), "w", (4, 3, 3, 3)))
    return torch.from_numpy(draw_alone(RUN, "input", SHAPE)), weight.requires_grad_()


@pytest.mark.parametrize(("kind", "drop"), [("dropout2d", F.dropout2d), ("dropout", F.dropout)])
def test_dropouts_drop_what_torch_drops(kind: str, drop: Callable[..., Tensor]) -> None:
    """With the generator fixed, both sides drop the same: one dropout after another."""
    root = expr("dropout", relu(conv(INPUT, WEIGHT, None)), kind=kind, rate=0.5)
    root = expr("dropout", root, kind="dropout2d", rate=0.25)
    x, weight = _values()
    torch.manual_seed(CHANCE)
    wanted = F.dropout2d(drop(F.relu(F.conv2d(x, weight)), 0.5), 0.25)

    assert torch.equal(Learner(SEED, SHAPE, RUN, CHANCE)(root), wanted)
    assert not torch.equal(Learner(SEED, SHAPE, RUN, CHANCE + 1)(root), wanted)


def test_a_dropout_that_nobody_kept_draws_its_coins_and_drops_nothing() -> None:
    """So the one behind it drops what it drops in torch."""
    root = expr("dropout", expr("tossed", INPUT, kind="dropout2d", rate=0.5), kind="dropout2d", rate=0.25)
    x, _ = _values()
    torch.manual_seed(CHANCE)
    F.dropout2d(x, 0.5)

    assert torch.equal(Learner(SEED, SHAPE, RUN, CHANCE)(root), F.dropout2d(x, 0.25))
    assert torch.equal(Learner(SEED, SHAPE, RUN)(expr("tossed", INPUT, kind="dropout", rate=1.0)), x)


@pytest.mark.parametrize(("rate", "factor"), [(0.0, 1.0), (1.0, 0.0)])
def test_a_rate_of_nothing_or_all_draws_nothing(rate: float, factor: float) -> None:
    """Torch throws no coin then."""
    root = expr("dropout", INPUT, kind="dropout2d", rate=rate)

    assert torch.equal(Learner(SEED, SHAPE, RUN, CHANCE)(root), factor * _values()[0])


def test_a_calm_run_drops_nothing() -> None:
    """Every coin is one, and the scale stays."""
    root = expr("dropout", INPUT, kind="dropout2d", rate=0.5)

    assert torch.equal(Learner(SEED, SHAPE, RUN)(root), 2 * _values()[0])


@pytest.mark.parametrize("sides", [(0, 0), (4, 5)])
def test_gradients_reach_what_is_before_a_crop_that_begins_past_the_end(sides: tuple[int, int]) -> None:
    """They are zero there, as in torch; none would be another network."""
    learner = Learner(SEED, SHAPE, RUN)
    root = crop(conv(INPUT, WEIGHT, None), 50, 50, *sides)

    assert torch.equal(learner(root), torch.zeros((2, 4, *sides)))
    assert torch.equal(learner.gradients(root)["w"], torch.zeros((4, 3, 3, 3)))


def test_other_dropouts_are_not_replayed() -> None:
    """What torch draws for alpha dropout is not known here."""
    with pytest.raises(NotReplayableError, match="alpha_dropout"):
        Learner(SEED, SHAPE, RUN, CHANCE)(expr("dropout", INPUT, kind="alpha_dropout", rate=0.5))


def test_gradients_are_those_of_torch() -> None:
    """Of the output's sum, weighted by what is drawn for the run."""
    root = relu(conv(INPUT, WEIGHT, None))
    x, weight = _values()
    output = F.relu(F.conv2d(x, weight))
    (output * torch.from_numpy(draw_alone(RUN, "weights", tuple(output.shape)))).sum().backward()
    found = Learner(SEED, SHAPE, RUN, CHANCE).gradients(root)

    assert weight.grad is not None
    assert set(found) == {"w"}
    assert torch.allclose(found["w"], weight.grad)


def test_recorded_dropouts_stand_where_they_were_called() -> None:
    """Those that drop nothing in that mode are left out."""

    def forward(x: torch.Tensor, layer: nn.Module) -> torch.Tensor:
        h = F.dropout2d(F.relu(layer(x)), 0.5)
        return F.dropout(h * 2, 0.5, training=False)

    trace = traced(forward, layer=nn.Conv2d(3, 4, 3))
    assert trace.output is not None
    root = with_dropouts(trace.output, trace.dropouts)

    assert (root.op, root.inputs[0].op) == ("scale", "dropout")
    assert root.inputs[0]["kind"] == "dropout2d"
    assert root.inputs[0].inputs[0].op == "relu"


def test_a_narrow_network_may_keep_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """An eighth of the channels takes a part of the memory of all."""
    monkeypatch.setattr(budget, "MAX_NARROW", 10)

    assert Learner(SEED, SHAPE, RUN)(relu(INPUT)).shape == SHAPE
    with pytest.raises(NotReplayableError, match="too much memory"):
        Learner(SEED, SHAPE, RUN, narrow=True)(relu(INPUT))
