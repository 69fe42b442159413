"""What a value takes is told from shapes alone."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.network import budget
from grader.network.graph import INPUT, conv, expr, leaf

SIDE = st.integers(1, 9)


@given(SIDE, SIDE, SIDE, st.integers(1, 5))
def test_a_convolution_takes_its_products(inputs: int, outputs: int, side: int, kernel: int) -> None:
    """Two operations for each weight at each place, beside what is read and written."""
    x = torch.empty(1, inputs, side, side, device="meta")
    weight = torch.empty(outputs, inputs, kernel, kernel, device="meta")
    made = torch.empty(1, outputs, side, side, device="meta")
    node = conv(INPUT, leaf("w", tuple(weight.shape)), None)

    found = budget.operations(node, [x, weight], made)
    touched = budget.TOUCHED * (x.numel() + weight.numel() + made.numel())
    assert found == touched + 2 * made.numel() * inputs * kernel**2


def test_a_pool_takes_its_window() -> None:
    """A window of a thousand pixels a side costs a million reads for each value."""
    made = torch.empty(1, 1, 10, 10, device="meta")
    node = expr("max_pool", INPUT, kernel=(1000, 1000))

    assert budget.operations(node, [], made) >= 100 * 1e6


def test_a_kernel_that_lays_out_too_much_is_refused() -> None:
    """Though neither it nor its output is large."""
    x, made = torch.empty(1, 12, 500, 500, device="meta"), torch.empty(1, 1, 500, 500, device="meta")
    weight = torch.empty(1, 12, 101, 101, device="meta")

    with pytest.raises(budget.OverBudgetError):
        budget.operations(conv(INPUT, leaf("w", tuple(weight.shape)), None), [x, weight], made)


@given(st.lists(st.integers(0, 1 << 20), max_size=5).map(tuple))
def test_a_leaf_is_bounded(shape: tuple[int, ...]) -> None:
    """Drawn, or refused."""
    if prod(shape) > budget.MAX_ELEMENTS:
        with pytest.raises(budget.OverBudgetError):
            budget.leaf(shape)
    else:
        assert budget.leaf(shape) == budget.TOUCHED * prod(shape)


def test_elements_are_counted_in_float32s() -> None:
    """Doubles count twice, and tuples together."""
    assert budget.elements((torch.empty(3, dtype=torch.float64), torch.empty(4))) == 10


@given(st.booleans(), SIDE, st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))
def test_a_convolution_has_torchs_own_shape(
    transposed: bool, side: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    """Whatever its stride, padding and dilation."""
    x, weight = torch.empty(2, 4, side, side + 3), torch.empty(4, 4, kernel, kernel)
    settings: dict[str, Any] = {
        "stride": (stride,) * 2,
        "padding": (padding,) * 2,
        "dilation": (dilation,) * 2,
    }
    node = conv(INPUT, leaf("w", (4, 4, kernel, kernel)), None, transposed=transposed, **settings)
    run = torch.conv_transpose2d if transposed else torch.conv2d
    try:
        wanted = run(x, weight, **settings).shape
    except RuntimeError:
        return  # nothing is left of the picture

    made = budget.shaped(node, [x.to("meta"), weight.to("meta")])
    assert isinstance(made, torch.Tensor)
    assert made.shape == wanted
