"""What one worker may use; every number here is a budget that a rationale can name."""

from __future__ import annotations

import resource
from dataclasses import dataclass

MiB, GiB = 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets in bytes, seconds and numbers."""

    memory: int = 8 * GiB  # resident, all of its processes together
    processes: int = 64
    threads: int = 1024
    open_files: int = 512
    disk: int = 256 * MiB  # for each of its writable folders
    console: int = 16 * MiB  # what it may write past Python's own print
    start_seconds: float = 180.0  # until torch is imported, on a busy machine
    chunk_seconds: float = 20.0  # one top-level statement of the submission
    load_seconds: float = 90.0  # all of them
    loads_seconds: float = 150.0  # loading it again and again, after its process ended
    part_seconds: float = 150.0  # all questions about one part of it: a right one takes 5 to 20
    disk_seconds: float = 120.0  # that all of it may wait for a disk without paying
    wall_seconds: float = 1800.0  # everything that is asked of one submission, training it as well
    restarts: int = 8


USUAL = Limits()


def rlimits(limits: Limits, device: str) -> dict[str, int]:
    """The kernel's share of the limits, by the name of the resource module's constant.

    With CUDA there is none on data or address space: the driver reserves far more than it uses.
    """
    common = {
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_FSIZE": limits.disk,
        "RLIMIT_CPU": int(limits.wall_seconds * 8),
        "RLIMIT_MEMLOCK": 64 * MiB,
        "RLIMIT_MSGQUEUE": 0,
    }
    return {**common, "RLIMIT_DATA": limits.memory if device == "cpu" else resource.RLIM_INFINITY}


def human(size: float) -> str:
    """A number of bytes as people write it: "8 GiB"."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"
