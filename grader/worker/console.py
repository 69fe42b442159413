"""What student code prints, kept in bounds."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

CAP = 64 * 1024  # characters kept of what one request prints


class Tape(io.TextIOBase):
    """A text stream that keeps its first `cap` characters and counts the rest."""

    encoding = "utf-8"

    def __init__(self, cap: int = CAP) -> None:
        self._room = cap
        self._kept: list[str] = []
        self._lost = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        kept = text[: self._room]
        if kept:
            self._kept.append(kept)
            self._room -= len(kept)
        self._lost += len(text) - len(kept)
        return len(text)

    @property
    def text(self) -> str:
        """What was kept, with a last line that says how much was not."""
        kept = "".join(self._kept)
        return f"{kept}\n[{self._lost} more characters were printed]" if self._lost else kept


@contextmanager
def capture(cap: int = CAP) -> Iterator[Tape]:
    """Keep what is printed meanwhile to `sys.stdout`; read it as `.text`."""
    with redirect_stdout(Tape(cap)) as tape:
        yield tape


@contextmanager
def record(cap: int = CAP) -> Iterator[Tape]:
    """Keep what is printed meanwhile to `sys.stdout` and `sys.stderr`, in one text."""
    tape = Tape(cap)
    with redirect_stdout(tape), redirect_stderr(tape):
        yield tape


def quiet() -> None:
    """Send what is printed between requests, by threads left behind, to a tape that nobody reads."""
    sys.stdout = sys.stderr = Tape(0)
