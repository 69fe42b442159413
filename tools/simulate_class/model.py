"""A class on a cluster as events in the order of their times: one driver, machines with slots, failures."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

TRIES = 3  # as engines/ray.py: after so many dead machines a submission is given up


@dataclass(frozen=True, slots=True)
class Cluster:
    """Machines and what they cost; times in seconds.

    `send` and `keep` are the driver's, one submission after the other; `each` goes with every grading and
    `start` with the first in a slot. `between` is the mean time from one failure of a machine to the next.
    """

    machines: int
    slots: int = 2
    send: float = 0.0
    keep: float = 0.0
    each: float = 0.0
    start: float = 0.0
    between: float | None = None
    repair: float = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a class: how often each submission was kept, and what was done in vain."""

    makespan: float
    kept: tuple[int, ...]
    given_up: int
    failures: int
    again: int
    lost: float

    @property
    def nothing_lost_nothing_doubled(self) -> bool:
        """Whether each submission was kept once, but for those that were given up."""
        return max(self.kept) <= 1 and sum(self.kept) + self.given_up == len(self.kept)


def ideal(durations: Sequence[float], machines: int, slots: int) -> float:
    """No cluster is faster: all slots busy to the end, or the longest grading alone."""
    return max(sum(durations) / (machines * slots), max(durations))


def simulate(durations: Sequence[float], cluster: Cluster, seed: int = 0) -> Outcome:
    """Grade a class of these durations in a simulated cluster."""
    return _Run(durations, cluster, Random(seed)).outcome()


@dataclass(slots=True)
class _Running:
    task: int
    machine: int
    slot: int
    began: float


class _Run:
    """The state of a simulated class; what happens is in the heap by its time."""

    def __init__(self, durations: Sequence[float], cluster: Cluster, random: Random) -> None:
        self.durations, self.cluster, self.random = durations, cluster, random
        self.heap, self.numbers = list[tuple[float, int, str, int]](), count()
        self.free = deque((m, slot) for slot in range(cluster.slots) for m in range(cluster.machines))
        self.cold, self.waiting = set(self.free), deque(range(len(durations)))
        self.running = dict[int, _Running]()
        self.tries, self.kept = [0] * len(durations), [0] * len(durations)
        self.driver = self.ended = self.lost = 0.0  # when the driver is free, and so on
        self.failures = self.again = 0

    def outcome(self) -> Outcome:
        """Let all happen until nothing waits and nothing runs."""
        for machine in range(self.cluster.machines):
            self._will_fail(0.0, machine)
        self._assign(0.0)
        while self.waiting or self.running:
            now, number, what, which = heapq.heappop(self.heap)
            HAPPENS[what](self, now, number, which)
            self._assign(now)
        given_up = sum(not kept for kept in self.kept)
        return Outcome(self.ended, tuple(self.kept), given_up, self.failures, self.again, self.lost)

    def _push(self, at: float, what: str, which: int) -> int:
        number = next(self.numbers)
        heapq.heappush(self.heap, (at, number, what, which))
        return number

    def _assign(self, now: float) -> None:
        while self.waiting and self.free:
            task, (machine, slot) = self.waiting.popleft(), self.free.popleft()
            self.driver = max(self.driver, now) + self.cluster.send
            cold = (machine, slot) in self.cold
            self.cold.discard((machine, slot))
            takes = self.durations[task] + self.cluster.each + (self.cluster.start if cold else 0.0)
            number = self._push(self.driver + takes, "end", task)
            self.running[number] = _Running(task, machine, slot, self.driver)

    def _on_end(self, now: float, number: int, task: int) -> None:
        if one := self.running.pop(number, None):  # else its machine failed before
            self.free.append((one.machine, one.slot))
            self.driver = max(self.driver, now) + self.cluster.keep
            self.kept[task] += 1
            self.ended = max(self.ended, self.driver)

    def _on_fail(self, now: float, number: int, machine: int) -> None:
        self.failures += 1
        self.free = deque(one for one in self.free if one[0] != machine)
        for key, one in [(key, one) for key, one in self.running.items() if one.machine == machine]:
            del self.running[key]
            self.lost += max(0.0, now - one.began)
            self.tries[one.task] += 1
            if self.tries[one.task] < TRIES:
                self.again += 1
                self.waiting.append(one.task)
        self._push(now + self.cluster.repair, "return", machine)

    def _on_return(self, now: float, number: int, machine: int) -> None:
        slots = [(machine, slot) for slot in range(self.cluster.slots)]
        self.free.extend(slots)
        self.cold.update(slots)
        self._will_fail(now, machine)

    def _will_fail(self, now: float, machine: int) -> None:
        if self.cluster.between:
            self._push(now + self.random.expovariate(1 / self.cluster.between), "fail", machine)


HAPPENS = {"end": _Run._on_end, "fail": _Run._on_fail, "return": _Run._on_return}
