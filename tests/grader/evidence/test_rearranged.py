from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.evidence.rearranged import how_held

SHAPE = (6, 4, 3, 3)
SOURCE = np.random.default_rng(1).normal(size=SHAPE)
AT = np.random.default_rng(2).integers(0, SOURCE.size, 300)
SQUARE = np.random.default_rng(3).normal(size=(5, 5, 1, 1))


def how(held: NDArray[Any], source: NDArray[Any] = SOURCE) -> str:
    """How a parameter holds the values of a layer, seen at some positions."""
    at = AT % source.size
    return how_held(np.ravel(held)[at], at, source.shape, lambda where: np.ravel(source)[where])


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (SOURCE / 255, "times 0.003922"),
        (SOURCE.transpose(0, 1, 3, 2), "rows and columns of each kernel swapped"),
        (SOURCE[:, :, ::-1], "upside down"),
        (SOURCE[:, :, :, ::-1], "mirrored"),
        (SOURCE[:, :, ::-1, ::-1], "turned by half"),
        (SOURCE[:, ::-1], "inputs in reverse order"),
        (SOURCE[::-1], "outputs in reverse order"),
        (SOURCE.reshape(6, -1).T.reshape(SHAPE), "transposed, then reshaped"),
        (SOURCE.reshape(6, 3, 3, 4).transpose(0, 3, 1, 2), "read as (3, 3, 4)"),
        (-SOURCE[::-1], "outputs in reverse order and times -1"),
        (np.zeros(SHAPE), "0 everywhere"),
        (np.full(SHAPE, 0.1), "0.1 everywhere"),
        (np.full(SHAPE, SOURCE.mean()), "the same number everywhere"),
        (np.random.default_rng(4).normal(size=SHAPE), ""),
        (np.full(SHAPE, np.nan), ""),
    ],
)
def test_an_order_and_a_factor_are_told(held: NDArray[Any], words: str) -> None:
    """In words; nothing where no known order gives the values."""
    assert words in how(np.ascontiguousarray(held))
    assert words or how(held) == ""


def test_a_square_layer_may_be_transposed() -> None:
    """Inputs and outputs in each other's place."""
    assert (
        how(np.ascontiguousarray(SQUARE.transpose(1, 0, 2, 3)), SQUARE) == "with inputs and outputs swapped"
    )


def test_a_bias_may_be_reversed() -> None:
    """What has one axis only."""
    assert how(SOURCE.ravel()[::-1].copy(), SOURCE.ravel()) == "in reverse order"


@pytest.mark.parametrize(("number", "which"), [*enumerate(("first", "second", "third"))])
def test_one_colour_may_stand_for_all(number: int, which: str) -> None:
    """In the layer that sees the picture."""
    source = np.ascontiguousarray(SOURCE[:, :3])
    held = np.repeat(source[:, number : number + 1], 3, axis=1)

    assert how(held, source) == f"with those of its {which} input at every input"
