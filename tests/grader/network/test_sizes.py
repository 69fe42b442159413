from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from grader.network.graph import INPUT, Expr, conv, expr, leaf, max_pool
from grader.network.path import main_path
from grader.network.sizes import load, mapped
from grader.worker.strict import Strict
from tests.grader.slim import SIZE, SLIM, Computes, traced
from tests.grader.styles import Style, styled_reading
from tests.share import examples

PAIR = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def steps(draw: st.DrawFn) -> nn.Module:
    """A random convolution, transposed convolution, pooling or ReLU of two channels."""
    kernel, stride = draw(PAIR), draw(PAIR)
    padding = draw(st.tuples(*(st.integers(0, k // 2) for k in kernel)))
    dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    extra = draw(st.tuples(*(st.integers(0, s - 1) for s in stride)))
    return draw(
        st.sampled_from(
            [
                nn.Conv2d(2, 2, kernel, stride, padding, dilation, bias=False),
                nn.ConvTranspose2d(2, 2, kernel, stride, padding, extra, bias=False),
                nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=draw(st.booleans())),
                nn.AvgPool2d(kernel, stride, padding, ceil_mode=draw(st.booleans())),
                nn.ReflectionPad2d((1, 2, 3, 0)),
                nn.ReLU(),
            ]
        )
    )


@settings(max_examples=examples(150))
@given(st.lists(steps(), min_size=1, max_size=5), st.integers(6, 60), st.integers(6, 60))
def test_sizes_are_what_torch_gives(layers: list[nn.Module], rows: int, columns: int) -> None:
    """For any row of layers, the mapped size is that of the map that torch makes, of as much arithmetic."""
    try:
        trace = traced(nn.Sequential(*layers), (1, 2, rows, columns))
    except RuntimeError:
        assume(False)  # the map vanishes
    assert trace.output is not None
    path = main_path(trace.output)

    assert (mapped(rows, path.steps[1:], 0), mapped(columns, path.steps[1:], 1)) == trace.shape[2:]
    with Strict() as strict, torch.no_grad():
        nn.Sequential(*layers)(torch.zeros(1, 2, rows, columns))
    assert load((rows, columns), path.steps[1:]).operations == strict.operations


@pytest.mark.parametrize("network", SLIM)
@pytest.mark.parametrize("ceil", [True, False])
@pytest.mark.parametrize("size", [(64, 76), (97, 65), (128, 161)])
def test_a_network_is_mapped_up_to_its_crop(network: str, ceil: bool, size: tuple[int, int]) -> None:
    """The map before the crop is what the assignment's arithmetic says: ceil pooling always fits."""
    reading = styled_reading(SLIM[network](12), Style(ceil=ceil), size=SIZE)
    steps = reading.path.steps[1 : reading.last_layer + 1]
    found = tuple(mapped(n, steps, axis) for axis, n in enumerate(size))

    for mapped_size, n in zip(found, size, strict=True):
        r = (n + 198) % 32
        assert mapped_size is not None
        if ceil:
            assert mapped_size >= reading.architecture.crop + n
        elif network == "FCN32s":
            assert mapped_size == n + 38 - r


@pytest.mark.parametrize(
    "function",
    [
        lambda x: F.interpolate(x, (5, 5)),
        lambda x: F.lp_pool2d(x, 2, 2).sqrt()[:, :, ::2],
        lambda x: F.adaptive_max_pool2d(x, 1),
        lambda x: x[:, :, 1:],
    ],
)
def test_what_gives_other_sizes_can_not_be_told(function: Callable[..., Any]) -> None:
    """Interpolation, other poolings and crops on the way have no size that this arithmetic knows."""
    trace = traced(function)
    assert trace.output is not None

    assert mapped(20, main_path(trace.output).steps[1:], 0) is None


def test_steps_that_keep_the_size_keep_it() -> None:
    """Sums and activations don't change a map's size."""
    assert mapped(7, [expr("relu", INPUT), expr("add", INPUT, INPUT, scale=1.0)], 0) == 7
    assert mapped(7, [], 1) == 7


def test_a_slice_of_channels_keeps_the_size() -> None:
    trace = traced(lambda x: x[:, :1])
    assert trace.output is not None

    assert mapped(20, main_path(trace.output).steps[1:], 0) == 20


def test_computes_gives_a_map() -> None:
    """The tests' own module passes its input on to the function."""
    x: Tensor = torch.zeros(1, 2, 3, 3)

    assert Computes(nn.ReLU())(x).shape == x.shape


@pytest.mark.parametrize(
    "step",
    [
        conv(INPUT, leaf("w", (2, 2, 3, 3)), None, stride=(0, 0)),
        conv(INPUT, leaf("w", (2, 2)), None),
        max_pool(INPUT, stride=(0, 0)),
        expr("aten.avg_pool2d.default", INPUT, args=(0, (0, 0))),
    ],
)
def test_what_no_layer_has_gives_no_size(step: Expr) -> None:
    """A recording comes from where student code runs, and may claim anything."""
    assert mapped(64, [step], 0) is None
