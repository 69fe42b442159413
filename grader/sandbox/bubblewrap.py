"""The command that runs a worker under bubblewrap: its own namespaces, and only what it needs to read."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from grader.sandbox import gpu
from grader.sandbox.limits import Limits, MiB
from grader.sandbox.staging import Stage

BWRAP = "bwrap"
# Root without rights is root still where the kernel keeps its settings, which bubblewrap leaves open.
SETTINGS = ("--ro-bind-try", "/proc/sys", "/proc/sys")
# When the machine runs out of memory, a worker is what the kernel ends first, and it can't take that back.
DIES_FIRST = ("/bin/sh", "-c", 'echo 1000 > /proc/self/oom_score_adj; exec "$@"', "sh")
NO_ZEROS = ("--dev-bind", "/dev/null", "/dev/zero")  # mapped, it is memory that no process counts


def command(stage: Stage, limits: Limits, device: str, filters: Sequence[int]) -> list[str]:
    """The words to put before the interpreter; `filters` are the descriptors of seccomp's."""
    closed = ["--disable-userns"] if version() >= (0, 8) else []  # the filter says the same
    processes = [*closed, "--proc", "/proc", *SETTINGS]
    processes += ["--remount-ro", "/proc"] if device == "cpu" else []  # a driver may write there
    return [*DIES_FIRST, *_command(stage, limits, device, filters, processes)]


def nest(stage: Stage, limits: Limits) -> list[str]:
    """The same for a parent of workers, which each enter namespaces below its own.

    Without a filter, since they mount; with our processes in sight, which each covers: the kernel lets nobody
    mount a /proc that shows more than the one there is, and bubblewrap's hides some of it from root.
    """
    return _command(stage, limits, "cpu", (), ["--bind", "/proc", "/proc"])


def _command(
    stage: Stage, limits: Limits, device: str, filters: Sequence[int], processes: Sequence[str]
) -> list[str]:
    """The root, /dev and every bind are read-only in the end: a tmpfs at the root has no size limit."""
    return [
        shutil.which(BWRAP) or BWRAP,
        *("--unshare-user", "--unshare-all", "--die-with-parent", "--new-session"),
        *("--uid", "65534", "--gid", "65534", "--hostname", "worker", "--cap-drop", "ALL"),
        *processes,
        *(
            "--dev",
            "/dev",
            *NO_ZEROS,
            *_tmpfs("/dev/shm", limits.disk),
            *_tmpfs("/tmp", limits.disk),
        ),
        *(word for path in stage.readable for word in _read_only(path)),
        *("--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"),
        *_tmpfs(str(stage.home), limits.disk),
        *("--symlink", str(stage.kit / "files"), str(stage.files)),
        *(_gpu(device) if device != "cpu" else ()),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(stage.home)),
        *(word for descriptor in filters for word in ("--seccomp", str(descriptor))),
        "--",
    ]


@cache
def version() -> tuple[int, ...]:
    """The version of bubblewrap; OSError where it is not installed."""
    said = subprocess.run([BWRAP, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def _tmpfs(path: str, size: int) -> tuple[str, ...]:
    return "--perms", "1777", "--size", str(max(size, MiB)), "--tmpfs", path


def _read_only(path: Path) -> tuple[str, ...]:
    if path.is_symlink() and path.parent == Path("/"):  # /lib -> usr/lib
        return "--symlink", str(path.readlink()), str(path)
    return "--ro-bind", str(path), str(path)


def _gpu(device: str) -> list[str]:
    """One card, its driver's libraries, and /sys, without which cuInit fails."""
    return [
        *(word for node in gpu.nodes(device) for word in ("--dev-bind", node, node)),
        *(word for path in ("/sys", *gpu.libraries(device)) for word in ("--ro-bind", path, path)),
    ]
