"""Ctrl-C, SIGTERM and a hang-up end a grading, whoever on the way swallows their exception."""

from __future__ import annotations

import signal
from types import FrameType

_received = 0


def watch(*numbers: signal.Signals) -> None:
    """From now on these signals raise KeyboardInterrupt in the main thread, and are remembered.

    A hang-up that is ignored already stays so: that is what nohup is for.
    """
    for number in numbers:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def received() -> int:
    """The number of the signal that came, 0 for none."""
    return _received


def insist() -> None:
    """Raise KeyboardInterrupt if a signal came: what was made of an interrupted run must not be kept."""
    if _received:
        raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _received
    _received = number
    raise KeyboardInterrupt
