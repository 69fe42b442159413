"""The rungs of isolation, strongest first: what each holds, what it does not, and the command it makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.paths import ROOT
from grader.sandbox import bubblewrap, gpu, seccomp
from grader.sandbox.limits import Limits
from grader.sandbox.parent import Parent
from grader.sandbox.staging import Stage

Wrap = Callable[[Stage, Limits, str, Sequence[int]], list[str]]
Filter = Callable[[str], bytes]  # device -> BPF program
Nest = Callable[[Stage, Limits], list[str]]


@dataclass(frozen=True, slots=True)
class Isolation:
    """One rung; `covers` and `does_not_cover` are for people."""

    name: str
    covers: tuple[str, ...]
    does_not_cover: tuple[str, ...]
    wrap: Wrap
    filters: tuple[Filter, ...] = (seccomp.program,)
    sized_home: bool = False  # the writable folders have a size that the kernel enforces
    nest: Nest | None = None  # the command that holds a parent of workers, where one may fork them
    parent: Parent | None = None  # ... which does


BOOTSTRAP = "import sys; sys.path.append({path!r}); from grader.sandbox.supervisor import main; main()"


def _landlock(stage: Stage, limits: Limits, device: str, filters: Sequence[int]) -> list[str]:
    nodes = gpu.nodes(device)
    system = ["/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"]
    config = {
        "read": [
            *map(str, stage.readable),
            *system,
            *(["/sys", "/proc", *gpu.libraries(device)] if nodes else []),
        ],
        "write": [str(stage.home), "/dev/null", "/dev/urandom", *nodes],
        "home": str(stage.home),
        "filters": list(filters),
        "threads": limits.threads,
    }
    bootstrap = BOOTSTRAP.format(path=str(ROOT))
    return [str(stage.python), "-I", "-S", "-B", "-c", bootstrap, json.dumps(config)]


BWRAP = Isolation(
    name="bwrap",
    covers=(
        "reading: only the interpreter, installed packages, the course kit and the submission's slice",
        "writing: only into folders in memory, limited in size",
        "network: none, not even this machine's own services",
        "processes: a process namespace of its own; everything in it ends with the worker",
        "system calls: a closed list",
    ),
    does_not_cover=(
        "faults of the kernel itself, and side channels such as timing",
        "installed packages can be read, also those that have nothing to do with the course",
    ),
    wrap=bubblewrap.command,
    sized_home=True,
    nest=bubblewrap.nest,
)

LANDLOCK = Isolation(
    name="landlock",
    covers=(
        "reading: only the interpreter, installed packages, the course kit and the submission's slice",
        "writing: only into the worker's own folder; no file's mode, owner or times can be changed",
        "network: no sockets can be made",
        "processes: others can't be traced, signalled, slowed or limited; what a worker starts ends with it",
        "system calls: a closed list, with arguments checked for those that could act on other processes",
        "where the kernel lets: namespaces of its own; where root grades: a user of its own",
    ),
    does_not_cover=(
        "faults of the kernel itself, and side channels such as timing",
        "that a file exists elsewhere, and its size, can be seen; its contents can not",
        "the size of the worker's folder is watched, not enforced: it may be passed for a moment",
        "without namespaces, an own user or Linux 6.12 a worker can't signal itself either",
    ),
    wrap=_landlock,
    filters=(seccomp.program, seccomp.silence),
)

NONE = Isolation(
    name="none",
    covers=("a process of its own with limits on time, memory and output",),
    does_not_cover=(
        "student code can read and write whatever this user can: solutions, other submissions, reports, keys",
        "student code can use the network",
        "processes that detach themselves may stay behind",
    ),
    wrap=lambda stage, limits, device, filters: [],
    filters=(),
)

LADDER = (BWRAP, LANDLOCK)
RUNGS = {rung.name: rung for rung in (*LADDER, NONE)}
