"""A running Ray cluster, before the first task: how it is joined, and which machines may take part."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from grader.engines import elsewhere
from grader.engines.work import Share, Work
from grader.errors import CallError

T = TypeVar("T")
FACTS_SECONDS = 300.0  # until a machine has said what it is: it tries its isolation first
AUTH, TOKEN = "RAY_AUTH_MODE", "token"
NO_TOKEN = (
    f"Without its token Ray runs the code of anybody who reaches its ports. Set {AUTH}={TOKEN} here and on "
    "every machine before `ray start`, one token for all (`ray get-auth-token --generate`): docs/cluster.md."
)
NO_CLUSTER = "No Ray cluster with this token answers{at}: start one (docs/cluster.md), or set RAY_ADDRESS."
PATIENCE_SECONDS = 5.0  # for a port to answer; Ray itself would try for minutes


def need_token() -> None:
    """Raise CallError where the cluster would take anybody's code."""
    if os.environ.get(AUTH, "").lower() != TOKEN:
        raise CallError(NO_TOKEN)


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Be connected to the cluster; CallError where it can't be.

    Ray takes signals for itself; they stay ours.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    vars(ray._private.worker)["print_to_stdstream"] = _silent
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        _answers(os.environ.get("RAY_ADDRESS", "") if address == "auto" else address)
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", configure_logging=False)
    except ray.exceptions.AuthenticationError as error:
        raise CallError(f"The Ray cluster refuses this machine's token: {first(error)}") from None
    except (OSError, RuntimeError, ValueError) as error:
        known = os.environ.get("RAY_ADDRESS", "" if address == "auto" else address)
        said = NO_CLUSTER.format(at=f" at {known}" if known else "")
        raise CallError(f"{said} ({first(error)})") from None
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


def machines() -> list[Mapping[str, Any]]:
    """Those that live."""
    return [node for node in ray.nodes() if node["Alive"]]


def room(share: Share) -> int:
    """How many tasks the machines that live can hold at once."""
    return sum(holds(node["Resources"], share) for node in machines())


def holds(resources: Mapping[str, float], share: Share) -> int:
    """How many tasks a machine with these resources can hold at once."""
    wants = {"CPU": share.cores, "memory": share.memory, "GPU": share.gpus}
    return int(min(resources.get(name, 0.0) / wanted for name, wanted in wants.items() if wanted))


def share(wanted: Share) -> Share:
    """What a task takes: no GPU where there is none; raises CallError where no machine has so much."""
    gpus = sum(node["Resources"].get("GPU", 0.0) for node in machines())
    taken = wanted if gpus or wanted.gpu_needed else replace(wanted, gpus=0.0)
    if not room(taken):
        gpu = f", {taken.gpus:g} of a GPU" if taken.gpus else ""
        raise CallError(
            f"No machine of the Ray cluster has what one submission takes: {taken.cores} core, "
            f"{taken.memory / 2**30:g} GiB of memory{gpu}."
        )
    return taken


def compare(task: T, work: Work[T]) -> None:
    """Raise CallError for machines that might judge otherwise, or that take code without the token."""
    wanted = {**work.wanted(task), AUTH: TOKEN}
    packed = work.pack(task)
    asked = {_probe(node["NodeID"]).remote(work, packed): node["NodeName"] for node in machines()}
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
        return (f"it can't run this grader ({first(error)})",)


def first(error: BaseException) -> str:
    """The line of an error of Ray's that says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    cause = getattr(error, "cause", None)
    return f"{type(cause).__name__}: {cause}" if cause else lines[0] if lines else type(error).__name__


def _facts(work: Work[T], packed: bytes) -> Mapping[str, str]:
    return {**elsewhere.facts(work, packed), AUTH: os.environ.get(AUTH, "disabled").lower()}
