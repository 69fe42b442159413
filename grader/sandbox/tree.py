"""The processes that a worker started, read from /proc: how many, how large, and how to end them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of /proc/PID/stat; `resident` in bytes, `computed` in seconds, of its ended children too."""

    pid: int
    state: str
    parent: int
    session: int
    threads: int
    started: int
    resident: int
    computed: float = 0.0


def told(path: str) -> str:
    """The whole of a file of /proc; raises OSError. Pathlib takes four times as long, at each look."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - quicker
        return file.read().decode(errors="replace")


def read(pid: int) -> Process | None:
    """A process, unless it is gone."""
    try:
        text = told(f"/proc/{pid}/stat")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()  # the name before it may hold spaces and brackets
    parent, session, threads, started, resident = (int(fields[i]) for i in (1, 3, 17, 19, 21))
    computed = sum(map(int, fields[11:15])) / TICKS
    return Process(pid, fields[0], parent, session, threads, started, resident * PAGE, computed)


def _everything() -> Iterator[Process]:
    for name in os.listdir("/proc"):  # noqa: PTH208 - as above
        if name.isdigit() and (process := read(int(name))) is not None:
            yield process


def descendants(root: int) -> list[Process]:
    """A process and its descendants, at the cost of looking at those alone: orphans go unseen."""
    found, left = [], [root]
    while left:
        process = read(left.pop())
        if process is not None and process.state != "Z":
            found.append(process)
            left += _children(process.pid)
    return found


def _children(pid: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - twenty times a second
        lists = [told(f"/proc/{pid}/task/{task}/children") for task in tasks]
    except OSError:
        return []
    return [int(child) for children in lists for child in children.split()]


def page_tables(pid: int) -> int:
    """Bytes of the tables of what a process maps, which no resident page counts; 0 when it is gone."""
    try:
        status = told(f"/proc/{pid}/status")
    except OSError:
        return 0
    return int(status.partition("\nVmPTE:")[2].split(maxsplit=1)[0] or 0) << 10 if "\nVmPTE:" in status else 0


def files(root: int) -> int:
    """How many files stand in the writable folders that the descendants of a process see for themselves."""
    found: dict[int, int] = {}
    for process in descendants(root)[-1:]:
        for name in ("root/tmp", "root/dev/shm", "cwd"):
            path = Path(f"/proc/{process.pid}/{name}")
            with suppress(OSError):
                of = os.statvfs(path)
                found[path.stat().st_dev] = of.f_files - of.f_ffree
    return sum(found.values())


def tree(root: int) -> list[Process]:
    """A process, its descendants, and whoever shares its session (orphans do)."""
    processes = {process.pid: process for process in _everything()}

    def belongs(process: Process) -> bool:
        seen = set()
        while process.pid not in seen:
            if process.pid == root or process.session == root:
                return True
            seen.add(process.pid)
            if process.parent not in processes:
                return False
            process = processes[process.parent]
        return False

    return [process for process in processes.values() if process.state != "Z" and belongs(process)]


def kill(processes: list[Process]) -> None:
    """End processes, unless their number was given to another one meanwhile."""
    for process in processes:
        if _lives(process):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, signal.SIGKILL)


def await_end(processes: list[Process], seconds: float = 5.0) -> None:
    """Wait until killed processes are gone: nobody but their parent is told of it."""
    until = time.monotonic() + seconds
    while any(map(_lives, processes)) and time.monotonic() < until:
        time.sleep(0.005)


def _lives(process: Process) -> bool:
    now = read(process.pid)
    return now is not None and now.state != "Z" and now.started == process.started


def marked(mark: str) -> list[Process]:
    """Every process that was started with a mark in its environment, wherever it went since."""
    return [process for process in _everything() if f"WORKER_MARK={mark}" in _environment(process.pid)]


def _environment(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return ""
