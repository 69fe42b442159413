"""How a parameter holds a layer's values: in another order, times a number, or both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.wall.values import Shape

Array = NDArray[Any]
Drawn = Callable[[NDArray[np.int64]], Array]  # the values at flat positions of the layer that is copied
FEW = 256  # positions that an order is tried at first


def how_held(found: Array, at: NDArray[np.int64], shape: Shape, drawn: Drawn) -> str:
    """How the values at positions of a parameter are those of the layer it is copied from; "" if not."""
    if not len(found) or not np.isfinite(found).all():
        return ""
    if np.ptp(found) == 0:
        short = f"{found[0]:.2g}"  # else it was computed of the weights, which are other ones for each seed
        return f"{short if np.isclose(float(short), found[0], rtol=1e-5) else 'the same number'} everywhere"
    for words, source in _orders(at[:FEW], shape):
        if _factor(found[:FEW], drawn(source)) is None:
            continue
        every = next(other for said, other in _orders(at, shape) if said == words)
        factor = _factor(found, drawn(every))
        if factor is not None:
            times = "" if factor == 1 else f"times {factor:.4g}"
            return " and ".join(filter(None, (words, times)))
    return ""


def _factor(found: Array, wanted: Array) -> float | None:
    """Return what one array is times the other; None where it is no multiple."""
    scale = float(wanted @ wanted)
    factor = float(found @ wanted) / scale if scale else 0.0
    if not factor or not np.allclose(found, factor * wanted, rtol=1e-3, atol=1e-5 * abs(factor)):
        return None
    return 1.0 if abs(factor - 1) < 1e-4 else factor


def _orders(at: NDArray[np.int64], shape: Shape) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Yield orders in which values may be taken: in words, and which flat positions that makes of these."""
    yield "", at
    if len(shape) != 4:
        yield "in reverse order", prod(shape) - 1 - at
        return
    o, i, r, c = np.unravel_index(at, shape)
    outputs, inputs, rows, columns = shape
    size = inputs * rows * columns

    def flat(a: Array, b: Array, y: Array, x: Array) -> NDArray[np.int64]:
        return np.ravel_multi_index((a, b, y, x), shape).astype(np.int64)

    if rows == columns > 1:
        yield "with rows and columns of each kernel swapped", flat(o, i, c, r)
    if rows > 1:
        yield "with each kernel upside down", flat(o, i, rows - 1 - r, c)
        yield "with each kernel mirrored", flat(o, i, r, columns - 1 - c)
        yield "with each kernel turned by half", flat(o, i, rows - 1 - r, columns - 1 - c)
        channels_last = ((o * rows + r) * columns + c) * inputs + i
        yield (
            f"read as ({rows}, {columns}, {inputs}) where they are ({inputs}, {rows}, {columns})",
            channels_last,
        )
    for number, which in enumerate(("first", "second", "third")) if inputs == 3 else ():
        yield f"with those of its {which} input at every input", flat(o, np.full_like(i, number), r, c)
    if outputs == inputs:
        yield "with inputs and outputs swapped", flat(i, o, r, c)
    yield "with its inputs in reverse order", flat(o, inputs - 1 - i, r, c)
    yield "with its outputs in reverse order", flat(outputs - 1 - o, i, r, c)
    yield "transposed, then reshaped", (at % outputs) * size + at // outputs
