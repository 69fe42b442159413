"""What is left out when loading takes too long."""

from __future__ import annotations

import os

from grader.records.submission import Slice
from grader.sandbox.limits import Limits
from grader.sandbox.loading import Key, Loading
from grader.sandbox.stopwatch import Stopwatch


def loading(*seconds: float) -> Loading:
    """One whose statements took so long, the last of which still runs."""
    made = Loading(Slice(), 0, (), Limits(), Stopwatch(os.getpid(), 1))
    made._took.update({("cell", line): took for line, took in enumerate(seconds, 1)})
    made.current = ("cell", len(seconds))
    return made


def lines(found: dict[Key | None, str]) -> set[int]:
    """The lines of statements."""
    return {key[1] for key in found if key}


def test_so_many_are_left_out_that_the_rest_fits() -> None:
    """The slowest, not whichever runs when the time is over."""
    assert lines(loading(1, 15, 14, 16, 13, 15.5, 15).slowest(90)) == {2, 4, 6}
    assert lines(loading(1, 89).slowest(90)) == {2}
    assert lines(loading(88, 2).slowest(90)) == {1}


def test_what_they_did_is_told() -> None:
    """One that still runs did not finish."""
    assert loading(30, 62).slowest(90) == {("cell", 2): "did not finish within 62 s"}
    assert loading(62, 30).slowest(90) == {("cell", 1): "took, where loading must be quick, 62 s"}
    assert loading().slowest(90) == {None: "loading did not begin within 90 s"}
