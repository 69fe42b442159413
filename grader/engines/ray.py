"""Tasks on a Ray cluster: one Ray task each, done again where its process or its machine dies.

What Ray pickles is ours: functions by their names, numbers, and bytes that it doesn't look into. A submission
and its reports travel as such bytes (`engines/parcel.py`), through Ray's object store.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from grader.engines import elsewhere, joining
from grader.engines.elsewhere import Say
from grader.engines.work import Done, Said, Work
from grader.records.progress import Progress

T = TypeVar("T")
AGAIN = 2  # times that a task is started again after a process or a machine died
ANSWER_SECONDS = 5.0  # for the mailbox to say what it holds
ALONE_SECONDS = 300.0  # without any machine, until what is left is given up


@dataclass(frozen=True, slots=True)
class Ray:
    """The engine of a running Ray cluster; `jobs` None: as many tasks at once as it has room for."""

    jobs: int | None = None
    address: str = "auto"

    def __post_init__(self) -> None:
        """Raise CallError where the cluster would take anybody's code."""
        joining.need_token()

    def run(self, tasks: Sequence[T], work: Work[T]) -> Iterator[Said[T] | Done[T]]:
        """Do every task somewhere in the cluster; raises CallError before the first where it can't be."""
        if not tasks:
            return
        with joining.connected(self.address):
            work = replace(work, share=joining.share(work.share))
            joining.compare(tasks[0], work)
            yield from _Class(tasks, work, self.jobs, dict(work.wanted(tasks[0]))).run()


@dataclass(slots=True)
class _Class(Generic[T]):
    """Tasks that wait, and those that are in the cluster; only these have their bytes in its memory."""

    tasks: Sequence[T]
    work: Work[T]
    jobs: int | None
    wanted: Mapping[str, str]
    running: dict[Any, int] = field(default_factory=dict)
    next: int = 0

    def run(self) -> Iterator[Said[T] | Done[T]]:
        mailbox, alone_since = _mailbox(), None
        try:
            while self.next < len(self.tasks) or self.running:
                room = joining.room(self.work.share)
                yield from self._fill(mailbox, room)
                ready, _ = ray.wait(list(self.running), timeout=1.0) if self.running else ([], [])
                yield from self._said(mailbox)
                for ref in ready:
                    yield self._ended(ref)
                alone_since = None if room else alone_since or time.monotonic()
                if alone_since and time.monotonic() - alone_since > ALONE_SECONDS:
                    yield from self._given_up()
        finally:
            for ref in self.running:
                ray.cancel(ref, force=True)

    def _fill(self, mailbox: Any, room: int) -> Iterator[Done[T]]:
        """Send as many as there is room for, and one more for each machine: none waits for its next."""
        most = min(self.jobs or len(self.tasks), room + len(joining.machines()) if room else 0)
        while self.next < len(self.tasks) and len(self.running) < most:
            number, self.next = self.next, self.next + 1
            try:
                packed = self.work.pack(self.tasks[number])
            except (OSError, ValueError) as error:
                yield Done(self.tasks[number], f"it can't be sent: {error}", 0.0)
            else:
                self.running[_send(self.work, packed, number, mailbox, self.wanted)] = number

    def _said(self, mailbox: Any) -> Iterator[Said[T]]:
        live, words = set(self.running.values()), dict[int, tuple[str, str, int, int]]()
        with suppress(ray.exceptions.RayError):  # it may be on its way to another machine
            words = ray.get(mailbox.take.remote(), timeout=ANSWER_SECONDS)
        yield from (Said(self.tasks[number], Progress(*words[number])) for number in words if number in live)

    def _ended(self, ref: Any) -> Done[T]:
        task = self.tasks[self.running.pop(ref)]
        try:
            found = elsewhere.read(ray.get(ref))
        except ray.exceptions.RayError as error:
            return Done(task, f"{_died(error)}, {AGAIN + 1} times", 0.0)
        return elsewhere.ended(task, self.work, found)

    def _given_up(self) -> Iterator[Done[T]]:
        left = [*self.running.values(), *range(self.next, len(self.tasks))]
        self.next = len(self.tasks)
        for ref in self.running:
            ray.cancel(ref, force=True)
        self.running.clear()
        yield from (Done(self.tasks[number], "no machine of the cluster was left", 0.0) for number in left)


def _died(error: Exception) -> str:
    what = {
        ray.exceptions.WorkerCrashedError: "its process died",
        ray.exceptions.NodeDiedError: "its machine died",
        ray.exceptions.OutOfMemoryError: "its machine had no memory left",
    }
    return what.get(type(error), f"{type(error).__name__}: {joining.first(error)}")


def _send(work: Work[T], packed: bytes, number: int, mailbox: Any, wanted: Mapping[str, str]) -> Any:
    share = work.share
    remote = ray.remote(_do).options(
        num_cpus=share.cores,
        num_gpus=share.gpus,
        memory=share.memory,
        max_retries=AGAIN,
        retry_exceptions=False,
        name=f"submission {number}",
    )
    return remote.remote(work, packed, number, mailbox, wanted)


def _mailbox() -> Any:
    """Where tasks say how far they are, on the machine that asks."""
    own = ray.get_runtime_context().get_node_id()
    strategy = NodeAffinitySchedulingStrategy(own, soft=True)
    return ray.remote(_Mailbox).options(num_cpus=0, max_restarts=-1, scheduling_strategy=strategy).remote()


# --- on another machine ---------------------------------------------------------------------------


class _Mailbox:
    """The last word of each task."""

    def __init__(self) -> None:
        self.said: dict[int, tuple[str, str, int, int]] = {}

    def say(self, number: int, words: tuple[str, str, int, int]) -> None:
        self.said[number] = words

    def take(self) -> dict[int, tuple[str, str, int, int]]:
        said, self.said = self.said, {}
        return said


def _do(work: Work[T], packed: bytes, number: int, mailbox: Any, wanted: Mapping[str, str]) -> bytes:
    say: Say = partial(mailbox.say.remote, number)
    has_gpu = bool(ray.get_gpu_ids())  # then Ray gives this process to no other task
    return elsewhere.answer(work, packed, say, wanted, has_gpu, again=not has_gpu)
