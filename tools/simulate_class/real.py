"""The same class for real: sleeping tasks on a Ray cluster of several machines, all of them this one."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.engines.work import Done, Share, Work
from grader.records.progress import Listener

MiB = 2**20
BEGAN = "began"
TOKEN = secrets.token_hex(24)  # one for all: a process of Ray's reads it once
Task = tuple[int, float, Path]  # its number, how long it sleeps, where it lies


def do(task: Task, listen: Listener) -> str:
    """Sleep as long as a grading took, and leave word of when it began."""
    (task[2] / BEGAN).write_text(str(time.time()))
    time.sleep(task[1])
    return "slept"


def log(task: Task) -> Path:
    """What it prints, which is nothing."""
    return task[2] / f"{task[0]}.log"


def pack(task: Task) -> bytes:
    """Its numbers."""
    return f"{task[0]} {task[1]}".encode()


def unpack(packed: bytes, scratch: Path, has_gpu: bool) -> Task:
    """The task there."""
    number, seconds = packed.decode().split()
    return int(number), float(seconds), scratch


def results(task: Task) -> bytes:
    """As much as reports are, and when it began."""
    return (task[2] / BEGAN).read_bytes().ljust(MiB // 2)


def keep(task: Task, files: bytes) -> None:
    """Write it once."""
    with (task[2] / f"{task[0]}.kept").open("xb") as file:
        file.write(files)


def facts(task: Task) -> Mapping[str, str]:
    """Nothing that could differ."""
    return {}


WORK = Work(do, log, 3600.0, pack, unpack, results, keep, facts, facts, Share(1, MiB), preload=())


@contextmanager
def machines(number: int) -> Iterator[str]:
    """The address of a cluster of so many machines of one slot."""
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN}
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray._raylet import Config
    from ray.cluster_utils import Cluster

    Config.initialize("")
    memory: Mapping[str, Any] = {"object_store_memory": 100 * MiB}
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, **memory}
    )
    try:
        for _ in range(number):
            cluster.add_node(num_cpus=1, **memory)
        yield cluster.address
    finally:
        cluster.shutdown()


def seconds(durations: Sequence[float], number: int, home: Path) -> float:
    """How long a class of sleeping tasks really takes; everyone is kept once, or AssertionError."""
    from grader.engines.ray import Ray

    tasks = [(n, duration, home) for n, duration in enumerate(durations)]
    with machines(number) as address:
        done = [event for event in Ray(address=address).run(tasks, WORK) if isinstance(event, Done)]
        ended = time.time()
    assert not [one.problem for one in done if one.problem]
    kept = list(home.glob("*.kept"))
    assert len(kept) == len(tasks)
    return ended - min(float(file.read_bytes()) for file in kept)
