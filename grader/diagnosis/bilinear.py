"""What a transposed convolution starts with instead of bilinear interpolation, by its weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CLOSE = 1e-4
STEPS: Floats = np.arange(
    0.5, 129.0, 0.5, dtype=np.float64
)  # of a kernel's middle and reach: kernels have 64 rows at most


def what_kernel(weight: NDArray[Any], side: int) -> str:
    """Return what weights (inputs, outputs, rows, columns) are instead of bilinear; "" where nothing fits."""
    if weight.ndim != 4 or not weight.size:
        return ""
    if not np.isfinite(weight).all():
        return "it holds values that are NaN or infinite"
    values = weight.astype(np.float64)
    if np.ptp(values) < CLOSE * max(1.0, abs(values).max()):
        return f"every weight is {_number(values.flat[0])}"
    if values.shape[2:] != (side, side):
        return ""
    others, values = _off_the_diagonal(values)
    made = _of_kernels(values, side)
    return "; ".join(filter(None, (others, made))) or _drawn(values)


def _off_the_diagonal(values: Floats) -> tuple[str, Floats]:
    """Name one number that stands everywhere off the diagonal, and return the weights without it."""
    others = np.eye(*values.shape[:2]) == 0
    found = values[others]
    if not found.size or np.ptp(found) >= CLOSE or abs(found.flat[0]) < CLOSE:
        return "", values
    told = f"every weight from one class to another is {_number(found.flat[0])}, it must be 0"
    return told, np.where(others[:, :, None, None], 0.0, values)


def _of_kernels(values: Floats, side: int) -> str:
    """Name weights that are one kernel times a table of classes: where it stands, and how it is made."""
    flat = values.reshape(-1, side * side)
    kernel = flat[np.abs(flat).max(axis=1).argmax()]
    table = (flat @ kernel / (kernel @ kernel)).reshape(values.shape[:2])
    if np.abs(flat - np.outer(table, kernel)).max() > CLOSE * np.abs(kernel).max():
        return ""
    shape = kernel.reshape(side, side)
    scale = float(shape.flat[np.abs(shape).argmax()])
    made = _made(shape / scale, scale)
    placed = _placed(table)
    return "; ".join(filter(None, (placed, *made))) if made is not None else ""


def _placed(table: Floats) -> str:
    """Return between which classes a kernel stands, if not from each to itself; the largest entry is 1."""
    if table.shape[0] == table.shape[1] and np.allclose(table, np.eye(len(table)), atol=CLOSE):
        return ""
    diagonal, count = np.diagonal(table), int((np.abs(table) > CLOSE).sum())
    if np.allclose(table, table.flat[0], atol=CLOSE):
        return "the kernel stands between every two classes, it belongs on the diagonal"
    if np.allclose(diagonal, 1, atol=CLOSE):
        return "the kernel stands off the diagonal too"
    if count == np.abs(diagonal > CLOSE).sum():
        missing = int((np.abs(diagonal) <= CLOSE).sum())
        if missing:
            return f"{missing} of {len(diagonal)} classes have no kernel"
        return "the kernels of the classes have different factors"
    if not np.abs(diagonal).max() > CLOSE:
        return "the kernel stands off the diagonal: no class interpolates itself"
    return "the kernel does not stand on the diagonal, from each class to itself"


def _made(shape: Floats, scale: float) -> tuple[str, ...] | None:
    """Return how a kernel whose largest value is 1 was made, in its wrong steps; None where none is known."""
    side = len(shape)
    at = np.unravel_index(int(shape.argmax()), shape.shape)
    row, column = shape[at[0]], shape[:, at[1]]
    if np.ptp(shape) < CLOSE:
        return (f"every weight of a kernel is {_number(scale)}: nearest neighbour, not bilinear",)
    if (shape > CLOSE).sum() == 1:
        return ("a kernel has one weight that is not 0",)
    if not np.allclose(shape, np.outer(column, row), atol=1e-3):
        added = np.allclose(shape, column[:, None] + row[None, :] - 1, atol=1e-3)
        return ("the ramps of rows and columns are added, they must be multiplied",) if added else None
    if min(np.ptp(row), np.ptp(column)) < CLOSE:
        along = "columns" if np.ptp(column) < CLOSE else "rows"
        return (f"only along {along} the kernel is a ramp",)
    found = next((tent for below in (True, False) if (tent := _tent(row, below))), None)
    if found is None or not np.allclose(row, column, atol=1e-3):
        return None
    return tuple(_steps(side, found, scale))


class Tent(NamedTuple):
    """A ramp up and down: its middle, how far from there it is 0, and whether it goes on below 0."""

    middle: float
    reach: float
    cut: bool

    def values(self, side: int) -> Floats:
        """Return the ramp at the places of a kernel."""
        return np.asarray(_ramps(side, self.middle, np.array([self.reach]), self.cut)[0])


def _ramps(side: int, middle: float, reaches: Floats, cut: bool) -> Floats:
    ramps = 1 - np.abs(np.arange(side) - middle) / reaches[:, None]
    return np.asarray(np.maximum(ramps, 0) if cut else ramps)


def _tent(row: Floats, cut: bool) -> Tent | None:
    """Return the tent that a row is, whatever its height; the nearest to the middle first."""
    side = len(row)
    reaches, row = STEPS[2 * side >= STEPS], row / _peak(row)
    reaches = reaches if cut else np.concatenate([reaches, -reaches])  # it may rise from its middle
    for middle in sorted(np.arange(0, side, 0.5), key=lambda at: abs(at - (side - 1) / 2)):
        ramps = _ramps(side, float(middle), reaches, cut)
        peaks = np.take_along_axis(ramps, np.abs(ramps).argmax(axis=1)[:, None], axis=1)
        fits = np.abs(ramps - row * peaks).max(axis=1) < CLOSE * np.abs(peaks[:, 0])
        if fits.any():
            return Tent(float(middle), float(reaches[fits.argmax()]), cut)
    return None


def _peak(row: Floats) -> float:
    return float(row[np.abs(row).argmax()])


def _steps(side: int, tent: Tent, scale: float) -> Iterator[str]:
    wanted = (side + 1) // 2
    centre = wanted - 1 if side % 2 else wanted - 0.5
    values = tent.values(side)
    factor = scale / _peak(values) ** 2
    if tent.middle != centre:
        yield f"the kernel's middle is at {_number(tent.middle)}, it must be at {_number(centre)}"
    if tent.reach < 0:
        yield "the kernel rises from its middle to its border, it must fall to 0 there"
    elif tent.reach != wanted:
        beyond = "" if tent.cut else " and goes on below 0"
        reach = f"{_number(tent.reach)} pixel{'s' if tent.reach != 1 else ''}"
        yield f"the kernel falls to 0 within {reach}{beyond}, it must be within {wanted}"
    if abs(factor - 1) > CLOSE:
        by_sum = abs(factor * values.sum() ** 2 - 1) < 1e-3
        yield (
            "the kernel is divided by its sum" if by_sum else f"the kernel is multiplied by {_number(factor)}"
        )


def _drawn(values: Floats) -> str:
    """Tell PyTorch's own initial values: uniform, as wide as the number of inputs says."""
    bound = 1 / np.sqrt(np.prod(values.shape[1:]))
    largest = float(np.abs(values).max())
    if 0.9 * bound < largest <= bound * (1 + CLOSE) and abs(float(values.mean())) < 0.1 * bound:
        return "it holds the random numbers that PyTorch starts with"
    half = values.reshape(-1)
    if len(np.unique(half)) > 0.9 * half.size:
        return "it holds random numbers"
    return ""


def _number(value: float) -> str:
    return f"{value:.4g}"
