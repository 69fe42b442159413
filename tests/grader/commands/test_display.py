"""Progress for people: a live line where there is a terminal, plain lines in a log."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.classroom.homes import Home, View
from grader.classroom.remaining import Task
from grader.commands.display import Pace, say, watching, watching_class
from grader.engines.work import Done, Said
from grader.grading import Options
from grader.records.progress import REMARK, Progress


def console(terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def task(name: str) -> Task:
    return Task(name, Path(name), Home(Path("out") / name, Path("marks"), name), Options(), View())


def test_a_log_gets_one_line_a_stage() -> None:
    """Not one for each of hundreds of checks."""
    log = console()
    with watching("alice", log) as listen:
        for n in range(3):
            listen(Progress("checks", f"check {n}", n, 3))
        listen(Progress("reports"))

    assert written(log) == "alice: checks\nalice: reports\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_remark_stays(terminal: bool) -> None:
    """It has a line of its own, in a class too, and is no stage."""
    said = Progress(REMARK, "training goes on")
    one, many = console(terminal), console(terminal)
    with watching("alice", one) as listen:
        for progress in (Progress("training"), said, Progress("training")):
            listen(progress)
    list(watching_class([Said(task("alice"), said)], 1, many))

    assert "alice: training goes on\n" in written(one).replace("\r", "")
    assert "alice: training goes on\n" in written(many).replace("\r", "")
    if not terminal:
        assert written(one) == "alice: training\nalice: training goes on\n"


def test_a_terminal_gets_a_live_line_that_goes_away() -> None:
    """With what is done and the detail."""
    screen = console(terminal=True)
    with watching("alice", screen) as listen:
        listen(Progress("checks", "fcn32s.crop", 2, 30))

    assert "alice · checks · fcn32s.crop" in written(screen)
    assert "2/30" in written(screen)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_class_passes_on_what_ended(terminal: bool) -> None:
    """In order, whatever is shown."""
    events: list[Said[Task] | Done[Task]] = [
        Said(task("a"), Progress("checks")),
        Done(task("a"), "", 2.0, "5 of 5"),
        Done(task("b"), "boom", 1.0),
    ]

    assert list(watching_class(iter(events), 2, console(terminal))) == events[1:]


def test_a_log_of_a_class_counts_and_estimates() -> None:
    """Which of how many, its result, and the time that is left."""
    log = console()
    list(watching_class(iter([Done(task("a"), "", 2.0, "5 of 5"), Done(task("b"), "boom", 1.0)]), 2, log))

    first, second = written(log).splitlines()
    assert first.startswith("[1/2] a: 5 of 5 (2.0 s; ") and first.endswith(" left)")
    assert second == "[2/2] b: failed: boom (1.0 s; done)"


def test_a_terminal_shows_each_submissions_stage() -> None:
    """How far it is where that is known, and never 0 of nobody knows how many."""
    screen = console(terminal=True)
    events = [Said(task("a"), Progress("intake")), Said(task("b"), Progress("checks", "x", 6, 12))]
    list(watching_class(iter(events), 2, screen))

    assert "a · intake" in written(screen) and "b · checks · x" in written(screen)
    assert "6/12" in written(screen) and "/?" not in written(screen)


def test_the_time_left_is_known_before_the_first_is_done() -> None:
    """From the checks that are done of those that run."""
    now = [0.0]
    pace = Pace(4, lambda: now[0])
    assert pace.left() == "no time known yet"
    pace.say("a", Progress("intake"))
    now[0] = 10.0
    pace.say("a", Progress("checks", "", 10, 20))
    pace.say("b", Progress("checks", "", 10, 20))
    assert pace.left() == "0:00:30 left"

    for name in "abcd":
        pace.end(name)
    assert (pace.done, pace.left()) == (4, "done")


def test_a_line_is_one_line() -> None:
    """Neither markup nor control characters of a name do anything."""
    log = console()
    say(log, "a\n::error::b [red]c[/red] \x1b[2J")

    assert written(log) == "a\\x0a::error::b [red]c[/red] \\x1b[2J\n"
