"""A convolution is remembered only where everything that it depends on is equal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.worker.convolved import Convolved
from grader.worker.plainly import CONV2D, CONVOLUTION, Plainly

Given = tuple[Tensor, Tensor, Tensor]
CHANNELS = 32  # with which a small convolution is worth remembering


def given() -> Given:
    torch.manual_seed(0)
    return torch.randn(1, CHANNELS, 8, 9), torch.randn(4, CHANNELS, 3, 3), torch.randn(4)


def count(known: Convolved) -> int:
    return sum(map(len, known.known.values()))


@torch.inference_mode()
def test_equal_numbers_are_convolved_once() -> None:
    """Copies of input, weight and bias get the first result, whatever became of what was returned."""
    known = Convolved()
    with Plainly(known):
        first = F.conv2d(*given(), padding=1)
        wanted = first.clone()
        first.zero_()
        for _ in range(2):
            again = F.conv2d(*given(), padding=1)
            assert torch.equal(again, wanted)
            again.zero_()

    assert count(known) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda x, w, b: (x + 1, w, b),
        lambda x, w, b: (x, w.flip(0), b),
        lambda x, w, b: (x, w, b * 2),
        lambda x, w, b: (x, w, None),
        lambda x, w, b: (x.to(memory_format=torch.channels_last), w, b),
        lambda x, w, b: (x.double(), w.double(), b.double()),
        lambda x, w, b: (x, w, b, 2),
        lambda x, w, b: (x, w, b, 1, 1),
        lambda x, w, b: (x, w, b, 1, 0, 2),
    ],
    ids=["input", "weight", "bias", "no bias", "layout", "dtype", "stride", "padding", "dilation"],
)
@torch.inference_mode()
def test_anything_else_is_convolved_anew(change: Callable[..., Given]) -> None:
    """Another input, weight, bias, layout, dtype or setting gives what torch gives."""
    known = Convolved()
    changed = change(*given())
    with Plainly(known):
        F.conv2d(*given())
        result = F.conv2d(*changed)

    assert count(known) == 2
    assert torch.equal(result, F.conv2d(*changed))


def test_both_ways_that_torch_tells_of_a_convolution_are_known() -> None:
    """Without gradients and with them a convolution reaches a mode under different names."""
    with_gradients, without = Convolved(), Convolved()
    with Plainly(with_gradients):
        F.conv2d(*given())
    with torch.inference_mode(), Plainly(without):
        F.conv2d(*given())

    assert {key[0] for key in (*with_gradients.known, *without.known)} == {CONV2D, CONVOLUTION}


def test_what_inference_mode_gave_is_not_given_to_what_learns() -> None:
    """It could not be differentiated, also where torch tells of both alike."""
    known, (x, weight, bias) = Convolved(), given()
    with torch.inference_mode(), Plainly(known):
        CONVOLUTION(x.clone(), weight.clone(), bias.clone(), [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
    with Plainly(known):
        result = F.conv2d(x.requires_grad_(), weight, bias)
    result.square().sum().backward()

    assert count(known) == 2 and x.grad is not None


@torch.inference_mode()
def test_no_more_is_kept_than_it_may_take() -> None:
    """What there is no room for is convolved again."""
    x, weight, bias = given()
    room = sum(value.nbytes for value in (x, weight, bias, F.conv2d(x, weight, bias)))
    known = Convolved(most=room)
    with Plainly(known):
        for input in (x, x + 1, x + 1):
            assert torch.equal(F.conv2d(input, weight, bias), F.conv2d(input.clone(), weight, bias))

    assert count(known) == 1


@pytest.mark.parametrize("of", ["input", "weight"])
@torch.inference_mode()
def test_a_tensor_of_a_kind_of_its_own_is_not_remembered(of: str) -> None:
    """Comparing it could run code that came with it."""

    class Own(Tensor):
        """What a submission may make."""

    known, (x, weight, bias) = Convolved(), given()
    x, weight = (x.as_subclass(Own), weight) if of == "input" else (x, weight.as_subclass(Own))
    with Plainly(known):
        F.conv2d(x, weight, bias)

    assert count(known) == 0


@torch.inference_mode()
def test_a_layer_is_remembered_by_what_its_parameters_hold() -> None:
    """A parameter is a tensor like any other; one that was changed in place is another weight."""
    known, layer, x = Convolved(), nn.Conv2d(CHANNELS, 4, 3), given()[0]
    with Plainly(known):
        layer(x), layer(x)
        assert count(known) == 1
        layer.weight.mul_(2)
        layer(x)

    assert count(known) == 2
