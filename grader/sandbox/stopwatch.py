"""The time that a worker takes of its own: the clock's, less what it waited for a disk, or for cores."""

from __future__ import annotations

import select
import socket
import time
from math import inf

from grader.sandbox.usage import usage

LOOK_SECONDS = 0.2  # between looks, while an answer is awaited
PATIENCE = 4  # times a limit by the clock, whatever a worker waits for


class StarvedError(TimeoutError):
    """The machine was so busy that a worker's time is not over, though all patience is."""


class Stopwatch:
    """Counts what a process and its descendants take, in seconds: by the clock, and `own`.

    `disk` is how many seconds of waiting for a disk are left that it need not pay.
    """

    def __init__(self, pid: int, cores: int, disk: float = inf) -> None:
        self._pid, self._cores, self.disk = pid, cores, disk
        self.clock = self.own = 0.0
        self._at, self._seen = time.monotonic(), usage(pid)

    def look(self) -> None:
        """Count what has passed since the last look."""
        now, seen = time.monotonic(), usage(self._pid)
        passed = now - self._at
        ran, waited, stuck = seen.since(self._seen, passed)
        least = own(passed, ran, waited + stuck, self._cores)
        self.clock += passed
        self.own += least
        self.disk -= own(passed, ran, waited, self._cores) - least
        self._at, self._seen = now, seen

    def wait(self, sock: socket.socket, seconds: float, whole: float = inf) -> None:
        """Wait until something can be read.

        Raises TimeoutError after so many seconds of its own; StarvedError after PATIENCE times as many, or
        as the seconds of the whole, of which this is a part; at once if it waits for a disk, and none of its
        `disk` is left.
        """
        own, clock = self.own, self.clock
        while not select.select([sock], [], [], LOOK_SECONDS)[0]:
            self.look()
            had, passed = self.own - own, self.clock - clock
            if self.disk <= 0 < self._seen.stuck:
                raise StarvedError("the machine was too busy: this waited for a disk again and again")
            if had >= seconds:
                raise TimeoutError
            for clock_, own_, most in ((passed, had, seconds), (self.clock, self.own, whole)):
                if clock_ >= PATIENCE * most:
                    raise StarvedError(
                        f"the machine was too busy: in {clock_:.0f} s this had {own_:.0f} of its {most:.0f} s"
                    )


def own(passed: float, ran: float, waited: float, cores: int) -> float:
    """Return how many of the seconds that passed are a worker's own.

    Its threads ran and waited so many seconds, all together: it lost no more than they waited, and no greater
    share than they did. Nor does it pay less than it ran on the cores that it is meant to use: threads that
    wait for each other are its own doing.
    """
    share = waited / (ran + waited) if waited > 0 else 0.0
    lost = min(waited, passed * share)
    return min(passed, max(passed - lost, ran / cores))
