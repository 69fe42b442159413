from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import stopwatch
from grader.sandbox.stopwatch import StarvedError, Stopwatch, own
from grader.sandbox.usage import Usage, usage

SPIN = "while True: pass"
SLEEP = "import time; time.sleep(60)"
MANY = "import os\nfor _ in range(5): os.fork()\nwhile True: pass"
SHORT = """
import os
while True:
    if os.fork() == 0:
        for _ in range(200_000): pass
        os._exit(0)
    os.wait()
"""
SECONDS = st.floats(0, 100)


@contextmanager
def running(source: str, cores: set[int] | None = None) -> Iterator[int]:
    """A program in a session of its own, and its number."""
    set_cores = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    program = [sys.executable, "-S", "-c", source]
    process = subprocess.Popen(program, start_new_session=True, preexec_fn=set_cores)
    try:
        time.sleep(0.3)
        yield process.pid
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def counted(pid: int, seconds: float = 1.0, cores: int = 1) -> float:
    """The share of a time that a program took of its own."""
    watch = Stopwatch(pid, cores)
    for _ in range(5):
        time.sleep(seconds / 5)
        watch.look()
    return watch.own / watch.clock


def test_who_sleeps_pays_what_passes() -> None:
    """To wait is its own doing."""
    with running(SLEEP) as pid:
        assert counted(pid) > 0.95


@pytest.mark.slow
def test_who_waits_for_a_core_does_not_pay() -> None:
    """Three others want the same core: a quarter of what passes is its own."""
    core = {min(os.sched_getaffinity(0))}
    with running(SPIN, core) as pid, running(SPIN, core), running(SPIN, core), running(SPIN, core):
        assert counted(pid, 2.0) < 0.6


@pytest.mark.slow
@pytest.mark.parametrize("source", [MANY, SHORT])
def test_who_makes_its_own_crowd_pays(source: str) -> None:
    """Thirty-two of its own on one core, or thousands one after the other: it had the core all the while."""
    core = {min(os.sched_getaffinity(0))}
    with running(source, core) as pid:
        had, before = _computed(pid), time.monotonic()
        share = counted(pid, 2.0)
        assert share > 0.8 * (_computed(pid) - had) / (time.monotonic() - before)


def _computed(pid: int) -> float:
    return usage(pid).computed


@given(SECONDS, SECONDS, SECONDS, st.integers(1, 8))
def test_what_is_charged_has_bounds(passed: float, ran: float, waited: float, cores: int) -> None:
    """Never more than what passed, nor less than it ran; all of it where nothing waited."""
    charged = own(passed, ran, waited, cores)
    assert 0 <= charged <= passed
    assert charged >= min(passed, ran / cores)
    assert own(passed, ran, 0, cores) == passed


@pytest.mark.parametrize(
    ("ran", "waited", "charged"),
    [
        (0.0, 0.01, 0.99),  # asleep, but for a moment
        (0.25, 0.75, 0.25),  # a thread among four
        (0.5, 1.0, 1 / 3),  # threads that had a third of what they wanted
        (1.0, 199.0, 0.5),  # two hundred of its own on one of two cores
        (2.0, 198.0, 1.0),  # on both
        (0.0, 0.0, 1.0),  # where the kernel tells nothing
    ],
)
def test_what_is_charged_of_a_second(ran: float, waited: float, charged: float) -> None:
    """On two cores."""
    assert own(1.0, ran, waited, 2) == pytest.approx(charged)


def test_patience_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who never gets its time is waited for a few times as long, and not blamed."""
    monkeypatch.setattr(stopwatch, "own", lambda *_: 0.0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        watch = Stopwatch(os.getpid(), 1)
        with pytest.raises(StarvedError, match="too busy"):
            watch.wait(ours, 0.1)
        assert 0.4 <= watch.clock < 5
        theirs.send(b"x")
        watch.wait(ours, 0.1)


def test_a_disk_is_waited_for_so_long_in_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then whoever waits for it again is not blamed, nor waited for."""
    waits = Usage(0.0, {}, 1)
    monkeypatch.setattr(stopwatch, "usage", lambda _: waits)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        watch = Stopwatch(os.getpid(), 1, disk=0.5)
        with pytest.raises(StarvedError, match="a disk again and again"):
            watch.wait(ours, 10.0)
        assert watch.disk <= 0
        assert watch.own < 0.1 < 0.5 <= watch.clock < 5
