"""Tasks on a Ray cluster: one Ray task each, done again where its process or its machine dies.

What Ray pickles is ours: functions by their names, numbers, and bytes that it doesn't look into. A submission
and its reports travel as such bytes (`engines/parcel.py`), through Ray's object store.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from grader.engines import elsewhere
from grader.engines.elsewhere import Say
from grader.engines.work import Done, Said, Share, Work
from grader.errors import CallError
from grader.records.progress import Progress

T = TypeVar("T")
AGAIN = 2  # times that a task is started again after a process or a machine died
FACTS_SECONDS = 300.0  # until a machine has said what it is: it tries its isolation first
ANSWER_SECONDS = 5.0  # for the mailbox to say what it holds
ALONE_SECONDS = 300.0  # without any machine, until what is left is given up
AUTH, TOKEN = "RAY_AUTH_MODE", "token"
NO_TOKEN = (
    f"Without its token Ray runs the code of anybody who reaches its ports. Set {AUTH}={TOKEN} here and on "
    "every machine before `ray start`, one token for all (`ray get-auth-token --generate`): docs/cluster.md."
)
NO_CLUSTER = "No Ray cluster with this token answers{at}: start one (docs/cluster.md), or set RAY_ADDRESS."
PATIENCE_SECONDS = 5.0  # for a port to answer; Ray itself would try for minutes


@dataclass(frozen=True, slots=True)
class Ray:
    """The engine of a running Ray cluster; `jobs` None: as many tasks at once as it has room for."""

    jobs: int | None = None
    address: str = "auto"

    def __post_init__(self) -> None:
        """Raise CallError where the cluster would take anybody's code."""
        if os.environ.get(AUTH, "").lower() != TOKEN:
            raise CallError(NO_TOKEN)

    def run(self, tasks: Sequence[T], work: Work[T]) -> Iterator[Said[T] | Done[T]]:
        """Do every task somewhere in the cluster; raises CallError before the first where it can't be."""
        if not tasks:
            return
        with _connected(self.address):
            work = replace(work, share=_share(work.share))
            _compare(tasks[0], work)
            yield from _Class(tasks, work, self.jobs, dict(work.wanted(tasks[0]))).run()


@contextmanager
def _connected(address: str) -> Iterator[None]:
    """Ray takes signals for itself; they stay ours."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    vars(ray._private.worker)["print_to_stdstream"] = _silent
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        _answers(os.environ.get("RAY_ADDRESS", "") if address == "auto" else address)
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", configure_logging=False)
    except ray.exceptions.AuthenticationError as error:
        raise CallError(f"The Ray cluster refuses this machine's token: {_first(error)}") from None
    except (OSError, RuntimeError, ValueError) as error:
        known = os.environ.get("RAY_ADDRESS", "" if address == "auto" else address)
        said = NO_CLUSTER.format(at=f" at {known}" if known else "")
        raise CallError(f"{said} ({_first(error)})") from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    try:
        yield
    finally:
        ray.shutdown()


def _answers(address: str) -> None:
    """Raise OSError where nobody answers at HOST:PORT; what is written otherwise is left to Ray."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE_SECONDS).close()


def _silent(data: object, ignore_prefix: bool) -> None:
    """What Ray tells of its processes would stand in the middle of what we tell; its own log has it."""


# --- before the first task ------------------------------------------------------------------------


def _machines() -> list[Mapping[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def _room(share: Share) -> int:
    """How many tasks the machines that live can hold at once."""
    return sum(_holds(node["Resources"], share) for node in _machines())


def _holds(resources: Mapping[str, float], share: Share) -> int:
    wants = {"CPU": share.cores, "memory": share.memory, "GPU": share.gpus}
    return int(min(resources.get(name, 0.0) / wanted for name, wanted in wants.items() if wanted))


def _share(wanted: Share) -> Share:
    """What a task takes: no GPU where there is none; raises CallError where no machine has so much."""
    gpus = sum(node["Resources"].get("GPU", 0.0) for node in _machines())
    share = wanted if gpus or wanted.gpu_needed else replace(wanted, gpus=0.0)
    if not _room(share):
        gpu = f", {share.gpus:g} of a GPU" if share.gpus else ""
        raise CallError(
            f"No machine of the Ray cluster has what one submission takes: {share.cores} core, "
            f"{share.memory / 2**30:g} GiB of memory{gpu}."
        )
    return share


def _compare(task: T, work: Work[T]) -> None:
    """Raise CallError for machines that might judge otherwise, or that take code without the token."""
    wanted = {**work.wanted(task), AUTH: TOKEN}
    packed = work.pack(task)
    asked = {_probe(node["NodeID"]).remote(work, packed): node["NodeName"] for node in _machines()}
    wrong = [(host, _wrong(ref, wanted)) for ref, host in asked.items()]
    if said := elsewhere.refusal(wrong):
        raise CallError(said)


def _probe(machine: str) -> Any:
    """What asks one machine for its facts."""
    there = NodeAffinitySchedulingStrategy(machine, soft=False)
    return ray.remote(_facts).options(num_cpus=0, max_retries=0, scheduling_strategy=there)


def _wrong(ref: Any, wanted: Mapping[str, str]) -> tuple[str, ...]:
    try:
        return elsewhere.differences(wanted, ray.get(ref, timeout=FACTS_SECONDS))
    except ray.exceptions.RayError as error:
        return (f"it can't run this grader ({_first(error)})",)


def _first(error: BaseException) -> str:
    """The line of an error of Ray's that says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    cause = getattr(error, "cause", None)
    return f"{type(cause).__name__}: {cause}" if cause else lines[0] if lines else type(error).__name__


# --- the tasks ------------------------------------------------------------------------------------


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
                room = _room(self.work.share)
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
        most = min(self.jobs or len(self.tasks), room + len(_machines()) if room else 0)
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
    return what.get(type(error), f"{type(error).__name__}: {_first(error)}")


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


def _facts(work: Work[T], packed: bytes) -> Mapping[str, str]:
    return {**elsewhere.facts(work, packed), AUTH: os.environ.get(AUTH, "disabled").lower()}
