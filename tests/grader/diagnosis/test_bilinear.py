from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from grader.diagnosis.bilinear import what_kernel
from reference.fcn import bilinear_weight

Array = NDArray[np.float64]
SIDES = (3, 4, 16, 64)
CLASSES = 12


def weight(side: int, place: Callable[[Array, int, Array], Any] | None = None, **change: Any) -> Array:
    """A transposed convolution's weight whose kernels are made, or placed, in another way."""
    reach = change.get("reach", (side + 1) // 2)
    middle = change.get("middle", (side - 1) / 2 if side % 2 == 0 else side // 2)
    ramp = 1 - np.abs(np.arange(side) - middle) / reach
    kernel = change.get("kernel", np.outer(ramp, ramp)) * change.get("times", 1.0)
    values = np.zeros((CLASSES, CLASSES, side, side))
    for number in range(CLASSES):
        if place:
            place(values, number, kernel)
        else:
            values[number, number] = kernel
    return values


@pytest.mark.parametrize("side", SIDES)
def test_the_bilinear_kernel_has_no_wrong_step(side: int) -> None:
    """Neither as the reference makes it, nor as it is made here."""
    assert what_kernel(bilinear_weight(CLASSES, CLASSES, side).numpy(), side) == ""
    assert what_kernel(weight(side), side) == ""


def everywhere(values: Array, number: int, kernel: Array) -> None:
    values[:, number] = kernel


def ones_beside(values: Array, number: int, kernel: Array) -> None:
    values[number] = 1
    values[number, number] = kernel


def ramp(side: int) -> Array:
    return np.asarray(np.sqrt(np.diagonal(weight(side)[0, 0])))


def beside(values: Array, number: int, kernel: Array) -> None:
    values[number, (number + 1) % CLASSES] = kernel


def first(values: Array, number: int, kernel: Array) -> None:
    values[0, 0] = kernel


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda side: weight(side, times=1 / side**2), "the kernel is multiplied by"),
        (lambda side: weight(side, times=2.0), "the kernel is multiplied by 2"),
        (lambda side: weight(side, ones_beside), "from one class to another is 1, it must be 0"),
        (lambda side: weight(side, kernel=np.add.outer(ramp(side), ramp(side))), "are added"),
        (lambda side: weight(side, reach=-((side + 1) // 2)), "rises from its middle"),
        (lambda side: weight(side, times=1 / weight(side)[0, 0].sum()), "divided by its sum"),
        (lambda side: weight(side, everywhere), "between every two classes"),
        (lambda side: weight(side, beside), "no class interpolates itself"),
        (lambda side: weight(side, first), "11 of 12 classes have no kernel"),
        (lambda side: weight(side, middle=side / 2 + 0.5), "middle is at"),
        (lambda side: weight(side, kernel=np.ones((side, side))), "nearest neighbour"),
        (lambda side: np.zeros((CLASSES, CLASSES, side, side)), "every weight is 0"),
        (lambda side: np.ones((CLASSES, CLASSES, side, side)), "every weight is 1"),
        (
            lambda side: weight(side, everywhere, times=0.5),
            "classes, it belongs on the diagonal; the kernel is mul",
        ),
    ],
)
def test_a_wrong_step_is_named(make: Callable[[int], Array], words: str, side: int) -> None:
    """Where the kernel stands, how it is centred, how wide it is and what it is multiplied by."""
    assert words in what_kernel(make(side), side)


@pytest.mark.parametrize("side", (16, 64))
def test_a_ramp_that_is_too_narrow_is_named(side: int) -> None:
    """With its own width and the wanted one, whether it is cut at 0 or not."""
    ramp = np.maximum(1 - np.abs(np.arange(side) - (side - 1) / 2) / (side // 4), 0)
    wanted = f"it must be within {side // 2}"

    assert wanted in what_kernel(weight(side, kernel=np.outer(ramp, ramp)), side)
    assert f"and goes on below 0, {wanted}" in what_kernel(weight(side, reach=side // 4), side)


def test_random_numbers_are_told() -> None:
    """Those of PyTorch's own initialisation, and others."""
    torch.manual_seed(0)
    own = torch.nn.ConvTranspose2d(CLASSES, CLASSES, 16).weight.detach().numpy()

    assert "PyTorch starts with" in what_kernel(own, 16)
    assert what_kernel(np.random.default_rng(0).normal(size=own.shape), 16) == "it holds random numbers"


@pytest.mark.parametrize(
    "values", [np.full((2, 2, 4, 4), np.nan), np.zeros(3), np.zeros((2, 2, 4, 5)), np.zeros((0, 2, 4, 4))]
)
def test_any_array_is_looked_at(values: Array) -> None:
    """A student's weight may have any shape and hold anything."""
    assert isinstance(what_kernel(values, 4), str)
