"""Stages add up to the whole, whatever stands in what, and a table says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import clock
from grader.clock import BETWEEN, Clock, Spent


def ticking() -> Iterator[Spent]:
    """A second on the clock and half a second of processor time with every look."""
    looks = 0
    while True:
        yield Spent(looks, looks / 2)
        looks += 1


def counted() -> Clock:
    """A clock that goes on by one with every look."""
    looks = ticking()
    return Clock(lambda: next(looks))


def test_a_stage_that_is_entered_twice_has_one_time() -> None:
    """Also where it ends in an exception."""
    stages = counted()
    with stages.lap("checks"):
        pass
    with pytest.raises(KeyError), stages.lap("checks"):
        raise KeyError

    assert stages.laps["checks"] == Spent(2, 1.0)


def test_what_is_inside_of_a_stage_counts_once() -> None:
    """As time of the inner one."""
    stages = counted()
    with stages.lap("checks"), stages.lap("cam"):
        pass

    assert stages.laps == {BETWEEN: Spent(2, 1.0), "checks": Spent(2, 1.0), "cam": Spent(1, 0.5)}


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), max_size=6))
def test_stages_add_up_to_the_whole(entered: list[list[str]]) -> None:
    """Whatever is entered, and in whatever."""
    stages = counted()

    def enter(names: list[str]) -> None:
        with stages.lap(names[0]):
            if names[1:]:
                enter(names[1:])

    for names in entered:
        enter(names)

    assert sum(stages.laps.values(), Spent()).wall == stages.seconds - 1  # a look ago


def test_a_workers_time_is_the_stages_in_which_it_was_spent() -> None:
    """From the moment on in which the clock is told of it."""
    stages, computed = counted(), [0.0]
    stages.watch(lambda: computed[0])
    with stages.lap("load"):
        computed[0] += 3.0
    with stages.lap("checks"):
        pass

    laps = stages.laps

    assert [laps[stage].worker for stage in ("load", "checks", BETWEEN)] == [3.0, 0.0, 0.0]


def test_the_slowest_stage_stands_first_and_the_sum_last() -> None:
    """What took no time is left out."""
    lines = clock.table({"intake": Spent(0.25, 0.2), "none": Spent(), "checks": Spent(2.0, 1.0, 0.5)})

    assert [line.split() for line in lines[1:]] == [
        ["2.00", "1.00", "0.50", "checks"],
        ["0.25", "0.20", "0.00", "intake"],
        ["2.25", "1.20", "0.50", "together"],
    ]


def test_a_process_has_lived_longer_than_it_computed() -> None:
    """By the kernel's own account of when it began; tests compute with one thread."""
    spent = clock.since_start()

    assert spent.wall > 0 < spent.cpu
