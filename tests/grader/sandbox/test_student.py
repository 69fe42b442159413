from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import count, pairwise
from math import inf
from typing import Any

import numpy as np
import pytest

from grader.errors import (
    ProtocolError,
    StudentDied,
    StudentRaised,
    StudentTimeout,
    Unverified,
    WorkerBroke,
)
from grader.sandbox import process, stopwatch, tree
from grader.sandbox.ladder import Isolation
from grader.sandbox.limits import Limits
from grader.sandbox.parent import Forked
from grader.sandbox.process import Worker
from grader.sandbox.stopwatch import Stopwatch
from grader.wall.verbs import Done, Ping, Request
from tests.grader.sandbox.conftest import FORKED, HELD, TOY, Start, slice_of
from tests.grader.sandbox.toy_operations import Broken, Call, Double, Printed, Unknown
from tests.share import every, rows

LIMITS = Limits()
SLOWLY = "__import__('time').sleep"
KILLED = "import os, signal\n{}os.kill(os.getpid(), signal.SIGKILL)"
SLOW_AND_DEADLY = f"import ctypes\n{SLOWLY}(1.2)\ndef f(): ctypes.CDLL(None)._exit(1)"
SNEAK = """
import sys
def ours():
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get('self'), 'sock'): frame = frame.f_back
    return frame.f_locals['self'].sock
"""


def test_values_and_arrays_cross_the_wall(start: Start) -> None:
    """What the worker answers comes back with its arrays."""
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    reply = start().ask(Double(), {"x": x})

    assert reply.value.value == ["x"]
    assert np.array_equal(reply.arrays["x"], 2 * x)


def test_what_is_printed_comes_with_the_reply(start: Start) -> None:
    """Standard output and error, unless an operation captured it."""
    student = start("import sys\ndef f():\n    print('hey')\n    print('ho', file=sys.stderr)")

    assert student.ask(Call("f")).stdout == "hey\nho\n"
    reply = student.ask(Printed("f"))
    assert (reply.value.value, reply.stdout) == ("hey\n", "ho\n")


def test_an_exception_has_kind_message_and_place(start: Start) -> None:
    """And the worker goes on."""
    student = start("def f(x):\n    return 1 / x")
    with pytest.raises(StudentRaised) as caught:
        student.ask(Call("f", (0,)))

    assert caught.value.kind == "ZeroDivisionError"
    assert str(caught.value) == "ZeroDivisionError: division by zero"
    assert caught.value.place is not None
    assert (caught.value.place.label, caught.value.place.line) == ("cell 1", 2)
    assert student.ask(Call("f", (2,))).value.value == 0.5


def test_a_wrong_signature_is_the_students(start: Start) -> None:
    """No line of theirs raised it."""
    with pytest.raises(StudentRaised) as caught:
        start("def f(): pass").ask(Call("f", (0,)))

    assert (caught.value.kind, caught.value.place) == ("TypeError", None)


@pytest.mark.parametrize("request_", [Broken(), Unknown()])
def test_a_fault_of_ours_is_not_the_students(start: Start, request_: Request[Any]) -> None:
    """It has its own leaf of the error tree."""
    with pytest.raises(WorkerBroke):
        start().ask(request_)


UNFIT = {
    "complex numbers": ("return 1, {'a': numpy.zeros(1, 'complex64')}", "complex64"),
    "too many arrays": ("return 1, {str(k): numpy.zeros(1) for k in range(5)}", "5 arrays"),
    "too large an array": ("return 1, {'a': numpy.zeros(2_000_000, 'uint8')}", "2000000 bytes"),
    "an integer beyond 64 bits": ("return 2 ** 70", "can't be sent"),
    "half of a surrogate pair": ("return chr(0xd800)", "can't be sent"),
    "an object": ("return object()", "does not fit"),
}


@pytest.mark.parametrize("name", every(3, UNFIT))
def test_an_answer_that_does_not_fit_is_the_submissions(start: Start, name: str) -> None:
    """It is said what did not fit, and the next question is answered."""
    body, words = UNFIT[name]
    student = start(f"import numpy\ndef f(): {body}")
    with pytest.raises(ProtocolError, match=words):
        student.ask(Call("f"))

    assert student.ask(Ping()).value == Done()


def test_loading_tells_targets_and_failures(start: Start) -> None:
    """The submission as it stands after its statements ran."""
    loaded = start("def f(): pass", "x = 1\ny = [][0]", "def g(): pass").loaded

    assert loaded.targets == ("f", "g")
    assert [(f.at.label, f.at.line, f.kind, f.line and f.line.line) for f in loaded.failures] == [
        ("cell 2", 1, "IndexError", 2)
    ]


@pytest.mark.parametrize(
    "end", ["import os; os.kill(os.getpid(), 9)", "import os; os.kill(os.getpid(), 11)", "while True: pass"]
)
def test_a_statement_that_ends_or_holds_the_process_costs_only_itself(start: Start, end: str) -> None:
    """It is left out when the worker starts again, and told as a failure."""
    student = start("def f(): return 1", end, "def g(): return 2", limits=replace(LIMITS, chunk_seconds=0.5))

    assert student.loaded.targets == ("f", "g")
    assert [(f.at.label, f.kind in ("StudentDied", "StudentTimeout")) for f in student.loaded.failures] == [
        ("cell 2", True)
    ]
    assert student.ask(Call("g")).value.value == 2


def test_an_exit_only_raises(start: Start) -> None:
    """Nothing has to be started again; in a call its line is told."""
    student = start("import os; os._exit(0)", "import os\ndef f(): os._exit(3)")

    assert [(f.at.label, f.kind) for f in student.loaded.failures] == [("cell 1", "SystemExit")]
    with pytest.raises(StudentRaised, match=r"os\._exit\(3\)"):
        student.ask(Call("f"))


def test_code_that_does_not_end_tells_its_line_where_it_is_told(start: Start) -> None:
    """Else the worker is ended, and nobody knows."""
    student = start("def f():\n    while True:\n        pass")
    with pytest.raises(StudentRaised, match=r"did not end within 0\.5 s") as caught:
        student.ask(Call("f"), seconds=0.5, told=True)
    assert caught.value.place is not None and caught.value.place.label == "cell 1"


@pytest.mark.slow
def test_a_submission_of_nothing_but_exits_is_given_up(start: Start) -> None:
    """Not one restart for each, and the same answer to each request."""
    student = start(*["import ctypes; ctypes.CDLL(None)._exit(1)"] * 8)
    for _ in range(2):
        with pytest.raises(StudentDied, match="exit code 1"):
            student.ask(Ping())


@pytest.mark.parametrize("source", [KILLED.format("def f(): "), KILLED.format("") + "\ndef f(): pass"])
def test_a_machine_without_memory_is_no_fault_of_the_submission(
    start: Start, rung: str, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """The kernel ends workers first, however little they have; who ends by that signal alone is told."""
    monkeypatch.setattr(process, "kernel_kills", count(1).__next__)
    with pytest.raises(Unverified, match="the machine was out of memory"):
        start(source, rung=rung).ask(Call("f"))

    monkeypatch.setattr(process, "kernel_kills", lambda: 7)
    if source.startswith("import os, signal\ndef"):
        with pytest.raises(StudentDied, match="SIGKILL"):
            start(source, rung=rung).ask(Call("f"))


def test_who_is_ended_by_a_limit_is_no_victim(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the kernel ended others meanwhile."""
    monkeypatch.setattr(process, "kernel_kills", count(1).__next__)
    student = start("import os\ndef f():\n    while True: os.write(1, bytes(1 << 16))")
    with pytest.raises(StudentDied, match="to its console"):
        student.ask(Call("f"))


def test_code_that_was_read_otherwise_goes_on_anew(start: Start) -> None:
    """It could see that it was, and keep it; that is no end of its process, of which there may be few."""
    student = start(
        "N = []\ndef f():\n    N.append(1)\n    return len(N)", limits=replace(LIMITS, restarts=0)
    )
    plain, otherwise = Call("f"), Call("f", instead=("cell 1",))

    asked = (plain, otherwise, otherwise, plain, plain, otherwise, plain)
    assert [student.ask(each).value.value for each in asked] == [1, 2, 3, 1, 2, 3, 1]


def test_a_disk_is_waited_for_so_long_in_all(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """What loading and one question waited is not left for the next."""
    given, watch = list[float](), Worker.watch

    def waiting(worker: Worker, disk: float = inf) -> Stopwatch:
        given.append(disk)
        made = watch(worker, disk)
        made.disk -= 10
        return made

    monkeypatch.setattr(Worker, "watch", waiting)
    student = start("def f(): return 1")
    for _ in range(2):
        student.ask(Call("f"))

    assert given[0] == LIMITS.disk_seconds
    assert [before - after >= 10 for before, after in pairwise(given)] == [True, True]


def test_no_answer_in_time(start: Start) -> None:
    """The worker is killed at the deadline, the next request goes to a fresh one."""
    student = start(
        "import signal as s\ns.pthread_sigmask(s.SIG_BLOCK, range(1, 64))\ndef f():\n    while True: pass"
    )
    begun = time.monotonic()
    with pytest.raises(StudentTimeout, match=r"within 0\.5 s"):
        student.ask(Call("f"), seconds=0.5)

    assert 0.5 <= time.monotonic() - begun < 30
    assert student.ask(Ping()).value == Done()


@pytest.mark.slow
def test_a_worker_that_sleeps_gets_no_more_than_its_time(start: Start) -> None:
    """Patience is for those that want to go on and can't."""
    student = start("import time\ndef f(): time.sleep(60)")
    begun = time.monotonic()
    with pytest.raises(StudentTimeout, match=r"within 2 s"):
        student.ask(Call("f"), seconds=2)

    assert time.monotonic() - begun < 30


@pytest.mark.slow
def test_all_requests_together_have_a_budget(start: Start) -> None:
    """Many answers that are each in time can't take for ever."""
    student = start("import time\ndef f(): time.sleep(0.3)", limits=replace(LIMITS, wall_seconds=1.2))
    with pytest.raises(StudentTimeout, match=r"1\.2 s that one submission may take"):
        for _ in range(10):
            student.ask(Call("f"))


def test_a_part_has_a_budget_of_its_own(start: Start) -> None:
    """A network that is slow in every answer leaves the other one its time."""
    student = start("import time\ndef f(): time.sleep(0.4)", limits=replace(LIMITS, part_seconds=1.0))
    with pytest.raises(StudentTimeout, match=r"1 s that slow may take"):
        for _ in range(10):
            student.ask(Call("f", model="slow"))
    assert student.ask(Call("f", model="other")).value.value is None


@pytest.mark.slow
def test_loading_again_has_a_budget(start: Start) -> None:
    """Code that is slow to load, and ends the process whenever it is asked, is not loaded for ever."""
    student = start(SLOW_AND_DEADLY, limits=replace(LIMITS, loads_seconds=2.0, part_seconds=1.0))
    with pytest.raises(StudentDied):
        student.ask(Call("f", model="a"))
    with pytest.raises(StudentTimeout, match=r"2 s that loading it may take"):
        student.ask(Call("f", model="b"))


@pytest.mark.slow
def test_loading_again_is_paid_by_what_made_it_necessary(start: Start) -> None:
    """A network that ends the process takes no other's time."""
    student = start(SLOW_AND_DEADLY, limits=replace(LIMITS, loads_seconds=2.0, part_seconds=4.0))
    for model in "abc":
        with pytest.raises(StudentDied):
            student.ask(Call("f", model=model))
    assert student.ask(Ping()).value == Done()


@pytest.mark.slow
def test_where_loading_takes_too_long_the_slowest_statement_is_left_out(start: Start) -> None:
    """Whichever runs when the time is over: what the others define is judged."""
    cells = ["def f(): return 1", f"{SLOWLY}(1.5)\ndef g(): pass", f"{SLOWLY}(1.0)\ndef h(): return 2"]
    student = start(*cells, limits=replace(LIMITS, load_seconds=2.0))

    assert student.loaded.targets == ("f", "h")
    (failure,) = student.loaded.failures
    assert (failure.at.label, failure.kind) == ("cell 2", "StudentTimeout")
    assert failure.message.startswith("took, where loading must be quick, ")


@pytest.mark.slow
@pytest.mark.parametrize("source", ["def f(): __import__('time').sleep(9)", f"{SLOWLY}(9)\ndef f(): pass"])
def test_a_machine_that_is_too_busy_is_no_fault_of_the_submission(
    start: Start, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """A person looks: nothing of its own was too slow. It is asked, or loaded, once."""
    monkeypatch.setattr(stopwatch, "own", lambda passed, *_: passed / 100)
    student = start(source, limits=replace(LIMITS, chunk_seconds=0.3))
    for _ in range(2):
        with pytest.raises(Unverified, match="the machine was too busy: in 1 s this had 0 of its 0 s"):
            student.ask(Call("f"), seconds=0.3)


@pytest.mark.slow
def test_patience_with_many_statements_has_one_end(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, each of which has its time."""
    monkeypatch.setattr(stopwatch, "own", lambda passed, *_: passed / 100)
    cells = [*[f"{SLOWLY}(0.6)"] * 8, "def f(): pass"]
    student = start(*cells, limits=replace(LIMITS, load_seconds=0.5, chunk_seconds=0.4))
    with pytest.raises(Unverified, match="the machine was too busy: in 2 s this had 0 of its 0 s"):
        student.ask(Call("f"))


@pytest.mark.parametrize(
    ("source", "reason"),
    rows(
        3,
        [
            ("import ctypes\ndef f(): ctypes.CDLL(None)._exit(0)", "exit code 0"),
            ("import ctypes\ndef f(): ctypes.CDLL(None)._exit(3)", "exit code 3"),
            ("import ctypes\ndef f(): ctypes.string_at(0)", "SIGSEGV"),
        ],
    ),
)
def test_a_death_is_told_with_its_cause(start: Start, rung: str, source: str, reason: str) -> None:
    """Success is never read from an exit code: no reply is a failure."""
    student = start(source, rung=rung)
    with pytest.raises((StudentDied, StudentRaised), match=reason):
        student.ask(Call("f"))

    assert student.ask(Ping()).value == Done()


def test_a_question_that_ends_the_process_twice_is_not_asked_again(start: Start) -> None:
    """A class of such submissions costs no more than a few seconds each; other questions are answered."""
    student = start("import ctypes\ndef f(): ctypes.CDLL(None)._exit(1)")
    for _ in range(2):
        with pytest.raises(StudentDied, match="exit code 1"):
            student.ask(Call("f"))
    assert student.ask(Ping()).value == Done()
    worker = student._worker
    with pytest.raises(StudentDied, match="exit code 1"):
        student.ask(Call("f"))
    assert student._worker is worker
    assert worker is not None and worker.alive


def test_what_ends_only_once_it_is_read_otherwise_is_asked_again_as_it_stands(start: Start) -> None:
    """A loop without its step has no end, which is no fault of the loop."""
    student = start("import ctypes\ndef f(): ctypes.CDLL(None)._exit(1)\ndef g(): return 7")
    otherwise = Call("f", instead=("cell 1",))
    for _ in range(3):
        with pytest.raises(StudentDied, match="exit code 1"):
            student.ask(otherwise)

    assert student.ask(Call("g")).value.value == 7


@pytest.mark.slow
def test_a_process_that_dies_too_often_is_not_started_again(start: Start) -> None:
    """Whatever was asked."""
    student = start("import ctypes\ndef f(): ctypes.CDLL(None)._exit(1)", limits=replace(LIMITS, restarts=2))
    for model in "abc":
        with pytest.raises(StudentDied, match="before it answered"):
            student.ask(Call("f", model=model))
    with pytest.raises(StudentDied, match="3 times"):
        student.ask(Ping())


def test_bytes_outside_of_the_protocol(start: Start) -> None:
    """The worker is gone, its words are not believed, the next one answers."""
    student = start(SNEAK + "def f():\n    ours().send(b'x' * 100)")
    with pytest.raises(ProtocolError):
        student.ask(Call("f"))

    assert student.ask(Ping()).value == Done()


def test_an_answer_given_in_advance_is_for_no_request(start: Start) -> None:
    """Each answer names its request."""
    source = (
        SNEAK
        + "from grader.wall.wire import send, Message\n"
        + "ok = {'id': 99, 'status': 'ok', 'value': {'value': 1}, 'stdout': ''}\n"
        + "def f(): send(ours(), Message(ok))"
    )
    with pytest.raises(ProtocolError, match="another request"):
        start(source).ask(Call("f"))


MALFORMED: list[dict[str, object]] = [
    {"status": "ok", "value": 1},
    {"status": "ok", "value": 1, "stdout": 5},
    {"status": "passed", "stdout": ""},
    {"status": "ok", "value": {"value": 1}, "stdout": "", "more": 1},
    {"status": "ok", "value": {"value": 1, "more": 1}, "stdout": ""},
    {"status": "ok", "value": {"value": 1}, "stdout": "x" * 100_000},
    {"status": "raised", "kind": [], "message": "", "line": None, "stdout": ""},
    {"status": "raised", "kind": "", "message": "", "line": ["cell 1", "1"], "stdout": ""},
    {"status": "raised", "kind": "x" * 1000, "message": "", "line": None, "stdout": ""},
    {"status": "progress", "chunk": ["cell 1", 1]},
    {},
]


@pytest.mark.parametrize("header", every(4, MALFORMED))
def test_a_malformed_answer_is_refused(start: Start, header: dict[str, object]) -> None:
    """Types are checked, nothing is converted."""
    source = SNEAK + (
        "from grader.wall.wire import send, Message\n"
        f"def f(number):\n    send(ours(), Message({{'id': number, **{header!r}}}))\n    while True: pass"
    )
    student = start(source)
    student.ask(Ping())
    with pytest.raises(ProtocolError):
        student.ask(Call("f", (student._requests + 1,)))


def test_an_answer_is_bounded(start: Start) -> None:
    """Announced bytes count, before they are read, whatever the worker's own checks say."""
    source = SNEAK + (
        "import numpy\nfrom grader.wall.wire import send, Message\n"
        "def f(number):\n"
        "    ok = {'id': number, 'status': 'ok', 'value': {'value': 1}, 'stdout': ''}\n"
        "    send(ours(), Message(ok, {'a': numpy.zeros(2_000_000, 'uint8')}))"
    )
    student = start(source)
    student.ask(Ping())
    with pytest.raises(ProtocolError, match="2000000"):
        student.ask(Call("f", (student._requests + 1,)))


def test_a_worker_started_before_is_used(rung: str, rungs: Mapping[str, Isolation]) -> None:
    """Its start overlaps with whatever the grader does meanwhile."""
    from grader.sandbox.student import Student
    from tests.grader.sandbox.conftest import slice_of

    worker = Worker(rungs[rung], Limits(), program=TOY)
    with Student(slice_of("def f(): return 5"), isolation=rungs[rung], worker=worker, program=TOY) as student:
        assert student.ask(Call("f")).value.value == 5
        assert student._worker is worker
    assert not worker.alive


@pytest.mark.parametrize("rung", FORKED)
def test_workers_for_many_slices_are_forked(start: Start, rung: str, rungs: Mapping[str, Isolation]) -> None:
    """A parent is asked for once, and not for a slip that the first change mends."""
    parents = iter([rungs[rung].parent])
    student = start("def f(): return 0", rung=rungs[rung].name, forking=lambda: next(parents))
    kinds = []
    for number in range(1, 4):
        student.take(slice_of(f"def f(): return {number}"))

        assert student.ask(Call("f")).value.value == number
        assert student._worker is not None
        kinds.append(isinstance(student._worker._popen, Forked))

    assert kinds == [False, True, True]


def test_where_no_parent_is_had_each_worker_is_started(start: Start) -> None:
    """As on a rung whose workers can't be held when they are forked."""
    student = start("def f(): return 0", rung="none")
    for number in range(1, 4):
        student.take(slice_of(f"def f(): return {number}"))

        assert student.ask(Call("f")).value.value == number


def test_a_worker_that_died_between_requests_is_replaced(start: Start) -> None:
    """The next request does not pay for it."""
    student = start("def f(): return 5")
    student.ask(Ping())
    assert student._worker is not None
    os.kill(student._worker._popen.pid, signal.SIGKILL)
    time.sleep(0.1)

    assert student.ask(Call("f")).value.value == 5


def test_the_seed_is_set(start: Start) -> None:
    """Two workers draw the same numbers."""
    source = "import random, numpy\ndef f(): return [random.random(), float(numpy.random.rand()), hash('a')]"
    first, second = (start(source, seed=7).ask(Call("f")).value.value for _ in range(2))

    assert first == second


CHILD = "import os, time\ndef f():\n    if os.fork() == 0: time.sleep(100)"
DAEMON = """
import os, signal, time
def f():
    if os.fork() == 0:
        try: os.setsid()
        except OSError: pass
        if os.fork(): os._exit(0)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
        for fd in range(64):
            try: os.close(fd)
            except OSError: pass
        time.sleep(100)
    time.sleep(0.2)
"""


@pytest.mark.parametrize("rung", ["none", *HELD, *FORKED])
@pytest.mark.parametrize("source", [CHILD, DAEMON])
def test_nothing_is_left_when_it_is_closed(start: Start, rung: str, source: str) -> None:
    """The process, its children, a daemon that left them, and its folder."""
    student = start(source, rung=rung)
    student.ask(Call("f"))
    worker = student._worker
    assert worker is not None
    before = tree.tree(worker._popen.pid)
    student.close()

    assert len(before) >= 2
    assert [
        p
        for p in before
        if (now := tree.read(p.pid)) is not None and now.state != "Z" and now.started == p.started
    ] == []
    assert worker.stage is None or not worker.stage.folder.exists()


LARGE = "kept = []\ndef f(): kept.append(bytearray(b'x' * (1500 << 20)))"


@pytest.mark.slow
@pytest.mark.parametrize("rung", [*HELD, *FORKED])
def test_what_stands_above_a_worker_may_end_before_it(start: Start, rung: str) -> None:
    """Whoever is closed is waited for, though nothing leads from what was started to it any more."""
    student = start(LARGE, rung=rung)
    student.ask(Call("f"))
    worker = student._worker
    assert worker is not None
    before = tree.tree(worker._popen.pid)
    os.kill(worker._popen.pid, signal.SIGKILL)
    worker._popen.wait()
    student.close()

    assert [process for process in before if tree._lives(process)] == []


HOARDING = """
import gc
import resource
from pathlib import Path

import numpy as np

gc.disable()

def f():
    large = [np.ones(300_000_000)]
    large.append(large)
    raise ValueError("large")

def g():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20
"""


@pytest.mark.slow
def test_what_raised_takes_no_memory_from_what_is_asked_next(start: Start) -> None:
    """Frames that are in a circle with what they made would keep it until somebody looks for such."""
    student = start(HOARDING)
    before = student.ask(Call("g")).value.value
    with pytest.raises(StudentRaised, match="large"):
        student.ask(Call("f"))

    assert student.ask(Call("g")).value.value < before + 100
