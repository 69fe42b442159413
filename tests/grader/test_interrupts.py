"""A signal is remembered after its exception is gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from grader import interrupts


@pytest.fixture(autouse=True)
def own_handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A signal that nobody else uses, handled as before afterwards."""
    monkeypatch.setattr(interrupts, "_received", 0)
    before = signal.getsignal(signal.SIGUSR1)
    interrupts.watch(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_without_a_signal_nothing_happens() -> None:
    """Grading goes on."""
    interrupts.insist()

    assert interrupts.received() == 0


def test_a_signal_raises_and_insists() -> None:
    """At once, and again where the first was swallowed."""
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGUSR1)
    with pytest.raises(KeyboardInterrupt):
        interrupts.insist()

    assert interrupts.received() == signal.SIGUSR1


def test_a_hang_up_that_is_ignored_stays_so() -> None:
    """That is what nohup is for."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        interrupts.watch(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
