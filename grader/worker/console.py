"""What student code prints, kept in bounds."""

from __future__ import annotations

import io
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

CAP = 64 * 1024  # characters kept of what one request prints


class Tape(io.TextIOBase):
    """A text stream that keeps the first and the last characters written to it, together `cap`."""

    encoding = "utf-8"

    def __init__(self, cap: int = CAP) -> None:
        self._half = cap // 2
        self._first: list[str] = []
        self._last: deque[str] = deque()
        self._room = self._half  # left for the first characters
        self._kept = 0  # of the last ones
        self._count = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._count += len(text)
        if start := text[: self._room]:
            self._first.append(start)
            self._room -= len(start)
        rest = text[len(start) :]
        if end := rest[max(0, len(rest) - self._half) :]:
            self._last.append(end)
            self._kept += len(end)
            while self._kept - len(self._last[0]) >= self._half:
                self._kept -= len(self._last.popleft())
        return len(text)

    @property
    def text(self) -> str:
        """What was kept, with a line in its middle that says how much was not."""
        first, last = "".join(self._first), "".join(self._last)
        last = last[max(0, len(last) - self._half) :]
        lost = self._count - len(first) - len(last)
        return f"{first}\n[{lost} more characters were printed]\n{last}" if lost else first + last


class Screen(io.TextIOBase):
    """A stream that student code may keep, in a logger say: what is written to it goes to the tape of now."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.tape = Tape(0)

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return self.tape.write(text)

    def close(self) -> None:
        """Stay open: whoever prints later has no other one."""

    @contextmanager
    def on(self, tape: Tape) -> Iterator[None]:
        """Write to a tape meanwhile."""
        before, self.tape = self.tape, tape
        try:
            yield
        finally:
            self.tape = before


OUT, ERRORS = Screen(), Screen()  # the same ones for good


@contextmanager
def capture(cap: int = CAP) -> Iterator[Tape]:
    """Keep what is printed meanwhile to `sys.stdout`; read it as `.text`."""
    tape = Tape(cap)
    with OUT.on(tape), redirect_stdout(OUT):
        yield tape


@contextmanager
def capture_errors(cap: int = CAP) -> Iterator[Tape]:
    """Keep what is printed meanwhile to `sys.stderr`, where loggers write; read it as `.text`."""
    tape = Tape(cap)
    with ERRORS.on(tape), redirect_stderr(ERRORS):
        yield tape


@contextmanager
def record(cap: int = CAP) -> Iterator[Tape]:
    """Keep what is printed meanwhile to `sys.stdout` and `sys.stderr`, in one text."""
    tape = Tape(cap)
    with OUT.on(tape), ERRORS.on(tape), redirect_stdout(OUT), redirect_stderr(ERRORS):
        yield tape


def quiet() -> None:
    """Send what is printed between requests, by threads left behind, to a tape that nobody reads."""
    sys.stdout, sys.stderr = OUT, ERRORS
