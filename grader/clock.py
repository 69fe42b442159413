"""Where the time of a grading goes, stage by stage: seconds, and what they took of processors."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
BETWEEN = "between the stages"
SHOWN = 0.005  # seconds: what took less is no line of a table


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that passed, of processor time here, and of the worker's: what waits has few of these two."""

    wall: float = 0.0
    cpu: float = 0.0
    worker: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu, self.worker + other.worker)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.wall - other.wall, self.cpu - other.cpu, self.worker - other.worker)


def now() -> Spent:
    """What was spent by this process so far, from a beginning that only differences are free of."""
    return Spent(time.perf_counter(), time.process_time())


def since_start() -> Spent:
    """What this process has spent since it was started, Python itself and imports included."""
    fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    started = int(fields[19]) / TICKS
    return Spent(time.clock_gettime(time.CLOCK_BOOTTIME) - started, time.process_time())


class Clock:
    """Adds up what stages take. What one spends inside of another counts once, as that of the inner."""

    def __init__(self, spent: Callable[[], Spent] = now) -> None:
        self._spent = spent
        self._worker: Callable[[], float] = lambda: 0.0
        self._stages = [BETWEEN]
        self._began = self._turned = spent()
        self._laps: dict[str, Spent] = {}

    def watch(self, worker: Callable[[], float]) -> None:
        """Count a worker's processor time from now on, which this tells."""
        self._worker = worker

    @contextmanager
    def lap(self, stage: str) -> Iterator[None]:
        """Count what is spent in the block as this stage's."""
        self._turn()
        self._stages.append(stage)
        try:
            yield
        finally:
            self._turn()
            self._stages.pop()

    def _turn(self) -> None:
        at = self._spent() + Spent(worker=self._worker())
        stage = self._stages[-1]
        self._laps[stage] = self._laps.get(stage, Spent()) + at - self._turned
        self._turned = at

    @property
    def laps(self) -> Mapping[str, Spent]:
        """What the stages took so far; what passed in none of them stands under a name of its own."""
        self._turn()
        return dict(self._laps)

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return (self._spent() - self._began).wall


def table(laps: Mapping[str, Spent]) -> list[str]:
    """Lines for people: each stage, the slowest first, and their sum."""
    ranked = sorted(laps.items(), key=lambda lap: -lap[1].wall)
    rows = [*ranked, ("together", sum(laps.values(), Spent()))]
    return [
        " seconds   of a processor here   in the worker   stage",
        *(row(stage, spent) for stage, spent in rows if spent.wall >= SHOWN),
    ]


def row(stage: str, spent: Spent) -> str:
    """One line of the table."""
    return f"{spent.wall:8.2f}   {spent.cpu:19.2f}   {spent.worker:13.2f}   {stage}"
