"""The most that one grading may take as a whole, whoever's doing it is: what was judged before stays."""

from __future__ import annotations

import ctypes
import math
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from grader.errors import Unverified

GiB = 1 << 30
M_MMAP_THRESHOLD, LARGE = -3, 4 << 20  # malloc.h; bytes of a block that is no part of the heap
STATUS = Path("/proc/self/status")
MEMORY = 2 * GiB  # that this process may take beyond what it has when judging begins
READING = 120.0  # seconds to read a submission's files: most take a fraction of one
AGAIN = 5.0  # seconds until what caught the first interruption is interrupted once more
LONG = dict.fromkeys(("full", "full-edges"), 11.5 * 3600)  # the course's whole recipe, by the training plan
WHOLE = (256, 256)  # of a matrix whose product is large enough for every thread to take part
SECONDS = {"none": 1500.0, **LONG}
OTHER_PLANS = 6900.0  # all are a little nearer than a class's CEILINGS: what was judged by then is kept


def seconds(training: str) -> float:
    """How long judging may take under a training plan; less than a class waits for it."""
    return SECONDS.get(training, OTHER_PLANS)


@contextmanager
def memory(limit: int = MEMORY) -> Iterator[None]:
    """While this lasts, the kernel refuses this process more than so many bytes on top of what it has."""
    if not STATUS.exists():  # only Linux counts it, and tells
        yield
        return
    _make_ready()
    _give_back()
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_lower(before[0], _data() + limit), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


@contextmanager
def until(deadline: float, what: str = "judging") -> Iterator[None]:
    """Raise Unverified in what runs within, as soon as `deadline`, a time of `time.monotonic`, has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise _over(what)
    if (
        left == math.inf or threading.current_thread() is not threading.main_thread()
    ):  # it alone can be interrupted
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise _over(what)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, left, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _over(what: str) -> Unverified:
    return Unverified(f"the time that {what} one submission may take is used up")


def _make_ready() -> None:
    """Multiply two matrices, which gives every thread of NumPy's OpenBLAS the memory that it works in.

    It does so at the first product, also of a forked process, and where it gets none it asks for ever.
    """
    if numpy := sys.modules.get("numpy"):
        _ = numpy.ones(WHOLE) @ numpy.ones(WHOLE)


def _give_back() -> None:
    """Let large blocks have memory of their own: of a heap the kernel counts what was freed, too."""
    with suppress(AttributeError, OSError):  # of glibc alone
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


def _lower(known: int, wanted: int) -> int:
    return wanted if known == resource.RLIM_INFINITY else min(known, wanted)


def _data() -> int:
    """Bytes that this process has for itself now."""
    return int(STATUS.read_text().partition("VmData:")[2].split(maxsplit=1)[0]) << 10
