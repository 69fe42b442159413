"""Code that does not end raises where it is, and so does what would end the process."""

from __future__ import annotations

import os
import time

import pytest

from grader.records.submission import Chunk
from grader.worker.ending import stay, watched
from grader.worker.loader import describe, run_chunks
from grader.worker.places import StuckError, place_of

LOOP = "def f():\n    while True:\n        pass\n"
SLEEP = "import time\ndef f():\n    time.sleep(60)\n"
STUBBORN = "def f():\n    while True:\n        try: 1 / 0\n        except Exception: pass\n"


def function(source: str) -> object:
    space: dict[str, object] = {}
    assert run_chunks([Chunk("cell 1", 1, source)], space) == []
    return space["f"]


@pytest.mark.parametrize(("source", "lines"), [(LOOP, {2, 3}), (SLEEP, {3}), (STUBBORN, {2, 3, 4, 5, 6})])
def test_code_that_does_not_end_raises_at_its_line(source: str, lines: set[int]) -> None:
    """Whether it computes, sleeps or catches what it can."""
    with pytest.raises(StuckError) as caught, watched(0.3):
        function(source)()  # type: ignore[operator]  # what exec bound has no type

    place = place_of(caught.value)
    assert place is not None and place[0] == "cell 1" and place[1] in lines
    assert describe(caught.value) == ("TimeoutError", "it did not end within 0.3 s")


@pytest.mark.slow
def test_the_first_place_counts() -> None:
    """What is done after that is interrupted elsewhere."""
    after = "def f():\n    while True: pass\ndef g():\n    while True: pass\n"
    space: dict[str, object] = {}
    run_chunks([Chunk("cell 1", 1, after)], space)
    with pytest.raises(StuckError) as caught, watched(0.2):
        try:
            space["f"]()  # type: ignore[operator]  # what exec bound has no type
        except StuckError:
            space["g"]()  # type: ignore[operator]  # what exec bound has no type
    assert place_of(caught.value) == ("cell 1", 2)


def test_our_own_code_is_not_interrupted() -> None:
    """Nor is anything where nobody watches, or once it is over."""
    with watched(0.1):
        time.sleep(0.3)
    with watched(0):
        pass
    time.sleep(0.2)


def test_student_code_can_t_end_the_process() -> None:
    """It raises at its line; who is no student still can."""
    stay()
    leaving = function("import os\ndef f(code=3):\n    os._exit(code)\n")
    with pytest.raises(SystemExit, match=r"os\._exit\(3\)") as caught:
        leaving()  # type: ignore[operator]  # what exec bound has no type
    assert place_of(caught.value) == ("cell 1", 3)
    for leave in (os._exit, leaving):
        if (child := os.fork()) == 0:
            leave(3)  # type: ignore[operator]  # what exec bound has no type
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
