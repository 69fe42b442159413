from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import expect
from grader.errors import Fault
from grader.records.reason import Place

PLACE = Place("cell 9", 4, "return h")


def fault_of(actual: np.ndarray, expected: np.ndarray, **tolerance: float) -> Fault:
    with pytest.raises(Fault) as caught:
        expect.close(actual, expected, "the map", help="look at it", where=PLACE, **tolerance)
    return caught.value


def test_what_holds_passes_in_silence() -> None:
    """A right submission meets no exception."""
    expect.that(True, "never said")
    expect.equal((256, 256), (256, 256), "the shape")
    expect.close(np.ones((2, 2)), np.ones((2, 2)), "the map")
    expect.close(np.float32(1).reshape(()), np.ones(()), "the map")
    expect.close(np.ones((0, 3)), np.ones((0, 3)), "the map")


def test_a_fault_carries_everything_that_was_said() -> None:
    """Rationale, help, both values and the place reach the report."""
    with pytest.raises(Fault) as caught:
        expect.that(False, "wrong", help="h", expected="e", actual="a", where=PLACE)

    said = caught.value
    assert (said.rationale, said.help, said.expected, said.actual, said.where) == (
        "wrong",
        "h",
        "e",
        "a",
        PLACE,
    )


def test_equal_names_both_values() -> None:
    """The rationale can be read by itself."""
    with pytest.raises(Fault) as caught:
        expect.equal(150, 100, "conv1_1: padding", where=PLACE)

    assert caught.value.rationale == "conv1_1: padding is 150, it must be 100"
    assert (caught.value.expected, caught.value.actual, caught.value.where) == ("100", "150", PLACE)


def test_type_is_judged_before_shape_and_values() -> None:
    """Integers where floats belong are told as that."""
    fault = fault_of(np.zeros((3,), np.int64), np.ones((2,), np.float32))

    assert fault.rationale == "the map has the wrong type: int64 (3,), it must be float32 (2,)"


def test_shape_is_judged_before_values() -> None:
    """A wrong shape is told as that, also where the values are not finite."""
    fault = fault_of(np.full((1, 3), np.nan), np.ones((3, 1)))

    assert fault.rationale == "the map has the wrong shape: float64 (1, 3), it must be float64 (3, 1)"
    assert (fault.expected, fault.actual) == ("float64 (3, 1)", "float64 (1, 3)")


def test_a_shape_that_would_broadcast_is_wrong() -> None:
    """(1,) is not (4,), whatever NumPy would make of them."""
    assert "shape" in fault_of(np.ones((1,)), np.ones((4,))).rationale


def test_values_that_are_not_finite_are_counted() -> None:
    """NaN never passes for a close value, and the first one is pointed at."""
    fault = fault_of(np.array([[1, np.inf], [np.nan, 1]]), np.ones((2, 2)))

    assert fault.rationale == "the map: 2 of 4 values are not finite, the first is inf at [0, 1]"


def test_differing_values_are_counted_and_the_worst_is_shown() -> None:
    """The message says how many values differ, by how much and where."""
    actual = np.ones((1, 1000))
    actual[0, :3] = [1.5, 3.25, 0.5]
    fault = fault_of(actual, np.ones((1, 1000)))

    assert fault.rationale == "the map: 3 of 1,000 values differ, by up to 2.25 (at [0, 1])"
    assert (fault.expected, fault.actual) == ("1 at [0, 1]", "3.25 at [0, 1]")
    assert (fault.help, fault.where) == ("look at it", PLACE)


def test_the_worst_value_is_one_that_counts_as_wrong() -> None:
    """A large difference within its relative tolerance does not hide a small one outside of it."""
    fault = fault_of(np.array([1000.5, 0.1]), np.array([1000.0, 0.0]), rtol=1e-3, atol=0)

    assert fault.rationale == "the map: 1 of 2 values differ, by up to 0.1 (at [1])"


def test_bytes_do_not_wrap_around() -> None:
    """0 and 255 are 255 apart in uint8 too."""
    assert "by up to 255 " in fault_of(np.array([0], np.uint8), np.array([255], np.uint8)).rationale


def test_a_reference_that_is_not_finite_is_the_graders_fault() -> None:
    """A poisoned reference must not make anything pass."""
    with pytest.raises(AssertionError):
        expect.close(np.array([np.nan]), np.array([np.nan]), "the map")


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.data())
def test_one_value_out_of_tolerance_is_always_found(values: list[float], data: st.DataObject) -> None:
    """Whatever the array, moving one of its values by more than the tolerance fails."""
    expected = np.array(values)
    expect.close(expected.copy(), expected, "the map")
    at = data.draw(st.integers(0, len(values) - 1))
    actual = expected.copy()
    actual[at] += 0.01 + 0.001 * abs(expected[at])

    assert f"(at [{at}])" in fault_of(actual, expected).rationale
