"""How a check says no: each function returns when the submission is right and raises Fault when it is not.

In a check, `expect.*` means that the submission is wrong; `assert` means that the grader is.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from grader.errors import Fault
from grader.records.reason import Place

KINDS = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats"}


def fail(
    rationale: str, *, help: str = "", expected: str = "", actual: str = "", where: Place | None = None
) -> NoReturn:
    """The submission is wrong."""
    raise Fault(rationale, help=help, expected=expected, actual=actual, where=where)


def that(
    condition: bool,
    rationale: str,
    *,
    help: str = "",
    expected: str = "",
    actual: str = "",
    where: Place | None = None,
) -> None:
    """The condition holds; `rationale` says what is wrong where it does not."""
    if not condition:
        fail(rationale, help=help, expected=expected, actual=actual, where=where)


def equal(actual: object, expected: object, what: str, *, help: str = "", where: Place | None = None) -> None:
    """`what` is exactly as expected; for values whose `str` a student can read."""
    if actual != expected:
        fail(
            f"{what} is {actual}, it must be {expected}",
            help=help,
            expected=str(expected),
            actual=str(actual),
            where=where,
        )


def close(
    actual: NDArray[np.generic],
    expected: NDArray[np.generic],
    what: str,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    help: str = "",
    where: Place | None = None,
) -> None:
    """`what` equals the expected array: type and shape, then finite, then within atol + rtol |expected|.

    Of the type only the kind is judged (floats, integers, booleans), not its width. The rationale tells how
    much differs, never the expected values: those stand in `expected`.
    """
    assert expected.dtype.kind in KINDS and np.isfinite(expected).all(), (
        "the reference must be finite numbers"
    )
    same_kind = KINDS.get(actual.dtype.kind) == KINDS[expected.dtype.kind]
    if not same_kind or actual.shape != expected.shape:
        fault = "shape" if same_kind else "type"
        fail(
            f"{what} has the wrong {fault}: {shape_and_type(actual)}, it must be {shape_and_type(expected)}",
            help=help,
            expected=shape_and_type(expected),
            actual=shape_and_type(actual),
            where=where,
        )
    _finite(actual, what, help, where)
    # float64 so that neither uint8 wraps around nor the difference itself overflows
    got, wanted = actual.astype(np.float64), expected.astype(np.float64)
    distance = np.abs(got - wanted)
    wrong = distance > atol + rtol * np.abs(wanted)
    if wrong.any():
        worst = np.unravel_index(np.where(wrong, distance, -1).argmax(), distance.shape)
        fail(
            f"{what}: {_count(wrong)} differ, by up to {distance[worst]:.4g} (at {index(worst)})",
            help=help,
            expected=f"{wanted[worst]:.6g} at {index(worst)}",
            actual=f"{got[worst]:.6g} at {index(worst)}",
            where=where,
        )


def _finite(actual: NDArray[np.generic], what: str, help: str, where: Place | None) -> None:
    bad = ~np.isfinite(actual)
    if bad.any():
        first = np.unravel_index(bad.argmax(), bad.shape)
        fail(
            f"{what}: {_count(bad)} are not finite, the first is {actual[first]} at {index(first)}",
            help=help,
            expected="finite values only",
            actual=f"{actual[first]} at {index(first)}",
            where=where,
        )


def shape_and_type(array: NDArray[np.generic]) -> str:
    """An array in words: "float32 (1, 12, 64, 64)"."""
    return f"{array.dtype} {array.shape}"


def index(position: tuple[np.intp, ...]) -> str:
    """A position in an array as one would type it: "[0, 3]"; a 0-d array has "[]"."""
    return str([int(axis) for axis in position])


def _count(wrong: NDArray[np.bool_]) -> str:
    return f"{int(wrong.sum()):,} of {wrong.size:,} values"
