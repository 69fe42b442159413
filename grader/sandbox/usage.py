"""What a worker's threads have had of the machine so far, and what they had to wait for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox import tree

NANO = 1e-9
VMSTAT = Path("/proc/vmstat")
STAT = Path("/proc/stat")


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds so far: `computed` by all, `waited` for a core by each thread; how many wait for a disk now."""

    computed: float
    waited: Mapping[str, float]
    stuck: int

    def since(self, before: Usage, passed: float) -> tuple[float, float, float]:
        """Return the seconds computed, waited for cores, and for a disk, in those that passed since then."""
        waits = (seconds - before.waited.get(name, 0.0) for name, seconds in self.waited.items())
        waited = sum(min(passed, wait) for wait in waits)
        return max(0.0, self.computed - before.computed), waited, self.stuck * passed


def usage(root: int) -> Usage:
    """Look at a process and its descendants; where the kernel tells of no waiting, none is known."""
    processes = tree.descendants(root)
    folders = {task: folder for process in processes for task, folder in _tasks(process.pid)}
    threads = {task: told for task, folder in folders.items() if (told := _thread(folder)) is not None}
    computed = sum(process.computed for process in processes)
    waited = {name: seconds for name, (_, seconds) in threads.items()}
    asleep = sum(state == "D" for state, _ in threads.values())
    return Usage(computed, waited, min(asleep, _blocked()) if asleep else 0)


def kernel_kills() -> int:
    """How many processes the kernel has ended so far because a machine or a container was out of memory."""
    try:
        return int(VMSTAT.read_text().partition("\noom_kill ")[2].split(maxsplit=1)[0])
    except (OSError, IndexError):
        return 0


def _blocked() -> int:
    """How many threads of this machine wait for a disk; none where the kernel does not tell.

    Others sleep as deeply: a parent until its child is another program, for as long as that likes.
    """
    try:
        return int(STAT.read_text().partition("\nprocs_blocked ")[2].split(maxsplit=1)[0])
    except (OSError, IndexError):
        return 0


def _tasks(pid: int) -> list[tuple[str, str]]:
    """The threads of a process, and the folder of each; none when it is gone."""
    try:
        return [(task, f"/proc/{pid}/task/{task}") for task in os.listdir(f"/proc/{pid}/task")]  # noqa: PTH208 - quicker, at each look
    except OSError:
        return []


def _thread(folder: str) -> tuple[str, float] | None:
    """The state of a thread, and the seconds that it has waited for a core; None when it is gone."""
    try:
        state = tree.told(f"{folder}/stat").rpartition(")")[2].split(maxsplit=1)[0]
        return state, int(tree.told(f"{folder}/schedstat").split()[1]) * NANO
    except (OSError, IndexError, ValueError):
        return None
