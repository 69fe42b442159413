from __future__ import annotations

import pyseccomp
import pytest

from grader.sandbox import calls, seccomp
from tests.grader.sandbox.conftest import Start
from tests.grader.sandbox.toy_operations import Call

RAW = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def f(number, *values):
    result = libc.syscall(*map(ctypes.c_long, [number, *values]))
    return result if result >= 0 else -ctypes.get_errno()
"""
PRLIMIT, SYNC, CHMOD, SETPRIORITY, SCHED_SETSCHEDULER, INOTIFY_INIT = 302, 162, 90, 141, 144, 253
FCNTL, KILL, MMAP = 72, 62, 9
EPERM, ENOSYS = 1, 38


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_filter_is_a_bpf_program(device: str) -> None:
    """Eight bytes an instruction, and small enough for a pipe."""
    for code in (seccomp.program(device), seccomp.silence(device)):
        assert len(code) % 8 == 0
        assert 50 < len(code) < 32768


def test_every_name_is_a_call_and_stands_in_one_place() -> None:
    """A misspelt name would be refused or allowed in silence."""
    told = [name for names in calls.TOLD.values() for name in names.split()]
    names = [*calls.ALLOWED, *calls.CHECKED, *calls.SERVED, *told]

    assert len(names) == len(set(names))
    assert [n for n in names if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, n) == -1] == []


ANSWERS: list[tuple[tuple[int, ...], int]] = [
    ((PRLIMIT, 0, 7, 0, 0), 0),
    ((PRLIMIT, 1, 7, 0, 0), -ENOSYS),
    ((SYNC,), -ENOSYS),
    ((INOTIFY_INIT,), -ENOSYS),
    ((SETPRIORITY, 0, 0, 19), 0),
    ((SETPRIORITY, 2, 0, 19), -ENOSYS),
    ((SCHED_SETSCHEDULER, 0, 5, 0), 0),
    ((SCHED_SETSCHEDULER, 1, 5, 0), -ENOSYS),
    ((FCNTL, 0, 1, 0), 0),
    ((FCNTL, 0, 8, 1), -ENOSYS),
    ((CHMOD, 0, 0), 0),
    ((MMAP, 0, 4096, 3, 0x21, -1, 0), -ENOSYS),
    ((MMAP, 0, 4096, 3, 0x40022, -1, 0), -ENOSYS),
    ((KILL, 1 << 22, 0), -3),
]


LAST = """
import os
def f():
    before = os.getpriority(0, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))
    os.nice(19)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.sched_setaffinity(0, {min(before[2])})
    after = os.getpriority(0, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))
    return before == after
"""


def test_nobody_asks_to_be_served_last(start: Start, rung: str) -> None:
    """It goes on as if it had been: no error, and no change."""
    assert start(LAST, rung=rung).ask(Call("f", ())).value.value is True


def test_a_call_is_what_the_list_says(start: Start, rung: str) -> None:
    """For itself a worker may do what it may not do to others; what is not listed does not exist."""
    student = start(RAW, rung=rung)

    assert [(call, student.ask(Call("f", call)).value.value) for call, _ in ANSWERS] == ANSWERS
