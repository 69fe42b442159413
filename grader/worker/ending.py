"""Code that ends the process or never ends: it raises instead, at its own line."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from grader.worker.places import StuckError, place_of_frame

EVERY = 0.5  # seconds between looks, once the time is over
ASLEEP = 3  # looks in turn at which nothing was computed
_leave = os._exit


def stay() -> None:
    """Let `os._exit` raise where student code calls it in this process, and not in one that it forks."""
    own = os.getpid()

    def leave(code: int = 0) -> NoReturn:
        if os.getpid() != own or place_of_frame() is None:
            _leave(code)
        raise SystemExit(f"os._exit({code})")

    os._exit = leave  # type: ignore[assignment]  # it is to be another


@contextmanager
def watched(seconds: float) -> Iterator[None]:
    """While this lasts, student code that had `seconds` raises where it is, unless it got no processor."""
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return
    begun = last = time.process_time()
    asleep, first = 0, None

    def look(*_: object) -> None:
        nonlocal last, asleep, first
        now = time.process_time()
        asleep = 0 if now - last > EVERY / 50 else asleep + 1
        last = now
        had = now - begun >= seconds / 2
        place = place_of_frame()
        if (had or asleep >= ASLEEP) and place is not None:
            first = first or place  # what goes on after the first time is interrupted elsewhere
            raise StuckError(f"it did not end within {seconds:g} s", first)

    handler = signal.signal(signal.SIGALRM, look)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
