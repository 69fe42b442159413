"""What is computed from the few values that can learn is what the whole network learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from reference import facades, metrics, scratch, trainer
from reference.architecture import Pool
from reference.facades import Bytes
from reference.fcn import FCN
from reference.scratch import Learner, TooShortError, Variant
from tests.grader.slim import slim32
from tests.share import every

VARIANTS = tuple(Variant(padding, ceil) for padding in (100, 150) for ceil in (True, False))


class Network(FCN):
    """FCN-32s with few channels, started from zero, with another padding or other pools."""

    def __init__(self, variant: Variant) -> None:
        wide = slim32()
        first = replace(wide.trunk[0], padding=variant.padding)
        super().__init__(replace(wide, trunk=(first, *wide.trunk[1:])))
        self.ceil = variant.ceil

    def _pool(self, pool: Pool, h: Tensor) -> Tensor:
        return F.max_pool2d(h, 2, 2, ceil_mode=self.ceil)


def labels(sides: Sequence[tuple[int, int]]) -> list[Bytes]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 12, side, np.uint8) // rng.integers(1, 4, dtype=np.uint8) for side in sides]


def fitting(variant: Variant) -> list[tuple[int, int]]:
    """Sizes that fit a variant: rows, columns."""
    sides = [n for n in range(20, 90) if _fits(variant, n)]
    return [(sides[0], sides[-1]), (sides[-3], sides[5]), (sides[7], sides[8])]


def _fits(variant: Variant, side: int) -> bool:
    try:
        return len(variant.places(side)) == side
    except TooShortError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("variant", every(4, VARIANTS, map(str, VARIANTS)))
def test_it_learns_what_the_whole_network_learns(variant: Variant) -> None:
    """Loss by loss, then every pixel's logits: with any padding, however pools round."""
    torch.manual_seed(1)
    network, learner, truths = Network(variant), Learner(), labels(fitting(variant))
    theirs, ours = trainer.recipe(network)[0], trainer.recipe(learner, fused=True)[0]
    for truth in truths * 3:
        image = facades.normalise(np.random.default_rng(5).integers(0, 256, (*truth.shape, 3), np.uint8))
        wanted = F.cross_entropy(network(image[None]), torch.from_numpy(truth)[None].long())
        got = learner.loss(torch.from_numpy(variant.counts(truth).astype(np.float32)))
        assert got.item() == pytest.approx(wanted.item(), abs=1e-5)
        for optimizer, loss in ((theirs, wanted), (ours, got)):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    network.eval()
    rows, columns = (variant.places(side) for side in truths[0].shape)
    logits = network(torch.zeros(1, 3, *truths[0].shape))[0]
    assert torch.allclose(learner()[:, rows][:, :, columns], logits, atol=1e-5)
    assert network.layers["score"].get_parameter("weight").abs().max() == 0


@pytest.mark.slow
@pytest.mark.parametrize("variant", every(4, VARIANTS, map(str, VARIANTS)))
def test_a_picture_fits_where_the_networks_output_does(variant: Variant) -> None:
    """As the network itself gives it: its crop comes out short else."""
    network = Network(variant)
    for side in range(33, 66):
        assert (network(torch.zeros(1, 3, side, 40)).shape[2] == side) == _fits(variant, side), side


def test_only_floor_pooling_with_padding_100_is_too_small() -> None:
    """Of the sizes that pictures of the course have."""
    assert all(_fits(variant, side) for variant in VARIANTS[:1] + VARIANTS[2:] for side in range(100, 700))
    assert not all(_fits(VARIANTS[1], side) for side in range(100, 700))


def test_a_run_is_judged_as_a_network_is() -> None:
    """By the scores of what it says of every pixel; orders are drawn from the seed."""
    variant, truths = Variant(), labels(((200, 170), (130, 190)))
    counts = [variant.counts(truth) for truth in truths]
    first, again, other = (scratch.run(counts, counts, 2, seed) for seed in (1, 1, 3))

    assert first[0].validation == metrics.score(truths, map(np.zeros_like, truths), 12)
    assert [one.loss for one in first[1:]] == [one.loss for one in again[1:]] != [o.loss for o in other[1:]]
    assert first[2].loss < first[1].loss
