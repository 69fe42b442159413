"""A Ray cluster of several machines, all of them this one; and a driver that can be killed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grader.engines.work import Done
from tests.grader.engines.stub import WORK, Stub

TOKEN = "0123456789abcdef" * 3
MiB = 2**20


@contextmanager
def environment(mode: str = "token") -> Iterator[None]:
    """The variables that a cluster is started with; Ray in this process reads them again."""
    from ray._raylet import Config

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", mode)
        patch.setenv("RAY_AUTH_TOKEN", TOKEN)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.delenv("RAY_ADDRESS", raising=False)
        Config.initialize("")
        yield
    Config.initialize("")


@contextmanager
def cluster(machines: int, head_cores: int = 0, mode: str = "token") -> Iterator[Any]:
    """So many machines of one core each, beside one that only leads."""
    from ray.cluster_utils import Cluster

    with environment(mode):
        head = {"num_cpus": head_cores, "include_dashboard": False, "object_store_memory": 100 * MiB}
        made = Cluster(initialize_head=True, head_node_args=head)
        try:
            for _ in range(machines):
                made.add_node(num_cpus=1, object_store_memory=100 * MiB)
            yield made
        finally:
            made.shutdown()


def tasks(home: Path, **whats: str) -> list[Stub]:
    """A task for each name."""
    return [Stub(name, what, home / "out", home / "diary") for name, what in whats.items()]


def kept(home: Path) -> set[str]:
    """The tasks whose results are there."""
    return {path.parent.name for path in (home / "out").glob("*/result")}


def begun(home: Path) -> list[str]:
    """Every start of a task."""
    diary = home / "diary"
    return diary.read_text().split() if diary.exists() else []


def drive(address: str, home: Path, count: int, seconds: str) -> None:
    """Do what is left of `count` tasks, as a class does that is started again."""
    from grader.engines.ray import Ray

    left = tasks(home, **{f"t{n}": f"sleep:{seconds}" for n in range(count) if f"t{n}" not in kept(home)})
    for event in Ray(address=address).run(left, WORK):
        if isinstance(event, Done):
            print(event.task.name, event.problem or "done", flush=True)


if __name__ == "__main__":
    drive(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    os._exit(0)
