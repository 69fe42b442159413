"""Where submissions are graded: a pool of processes on this machine, one process for each submission."""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

import psutil

from grader import interrupts
from grader.engines.cores import cores
from grader.engines.work import Done, Said, Share, Work
from grader.paths import ROOT
from grader.records.progress import Listener, Progress

PRELOAD = ["grader.classroom.ready"]  # imported once; every process starts from there
GRACE_SECONDS = 5.0  # to write what is written and end its own processes, before it is killed

T = TypeVar("T")
Do = Callable[[T, Listener], str]


@dataclass(slots=True)
class _Running(Generic[T]):
    task: T
    process: BaseProcess
    inbox: Connection
    cores: frozenset[int]
    started: float = field(default_factory=time.monotonic)


def default_jobs(device: str) -> int:
    """Return one process for each core, as far as memory goes; one alone where all would share a GPU."""
    if device == "cuda":
        return 1
    by_memory = psutil.virtual_memory().available // Share().memory
    return max(1, min(len(cores()), by_memory))


@dataclass(frozen=True, slots=True)
class Local:
    """The engine of this machine: so many tasks at once."""

    jobs: int

    def run(self, tasks: Sequence[T], work: Work[T]) -> Iterator[Said[T] | Done[T]]:
        """Do every task here."""
        return run(tasks, work.do, self.jobs, work.ceiling, work.log, preload=work.preload)


def run(
    tasks: Iterable[T],
    do: Do[T],
    jobs: int,
    ceiling: float,
    log: Callable[[T], Path],
    shares: Sequence[frozenset[int]] = (),
    preload: Sequence[str] | None = None,
) -> Iterator[Said[T] | Done[T]]:
    """Runs `do(task, listener)` for every task, `jobs` at once, each in a process and on cores of its own.

    What a process prints goes to the file that `log` names. One that crashes or takes more than `ceiling`
    seconds costs its task and no other. `shares` are the cores of each, where they are not all of this
    machine's. Closing the iterator ends what still runs.
    """
    waiting, running = list(tasks), list[_Running[T]]()
    os.environ.setdefault("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")  # for what starts below: large pages
    find_grader()
    free = list(shares) or _shares(jobs)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD if preload is None else preload))
    try:
        while waiting or running:
            while waiting and free:
                running.append(_start(context, waiting.pop(0), do, free.pop(), log))
            for event in _listen(running, ceiling):
                if isinstance(event, Done):
                    ended = next(one for one in running if one.task is event.task)
                    running.remove(ended)
                    free.append(ended.cores)
                yield event
    finally:
        _end(running)


def find_grader() -> None:
    """Let what is started below find this grader, wherever it starts: a forkserver reads no other path."""
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(ROOT) not in others:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), *others)))


def _start(context: Any, task: T, do: Do[T], cores: frozenset[int], log: Callable[[T], Path]) -> _Running[T]:
    inbox, outbox = context.Pipe()
    process = context.Process(target=_child, args=(task, do, outbox, cores, log(task)))
    process.start()
    outbox.close()
    return _Running(task, process, inbox, cores)


def _listen(running: Sequence[_Running[T]], ceiling: float) -> Iterator[Said[T] | Done[T]]:
    """What the running ones say within a second, and which of them ended or must end."""
    ready = wait([one.inbox for one in running], timeout=1.0)
    for one in tuple(running):
        if one.inbox in ready:
            yield _heard(one)
        elif time.monotonic() - one.started > ceiling:
            _kill(one, _family(one))
            yield _done(one, f"took longer than {ceiling:.0f} s")


def _heard(one: _Running[T]) -> Said[T] | Done[T]:
    try:
        said = json.loads(one.inbox.recv_bytes())
    except (EOFError, OSError):
        one.process.join(GRACE_SECONDS)
        return _done(one, f"its process ended with code {one.process.exitcode}")
    if isinstance(said, list):
        return Said(one.task, Progress(*said))
    one.process.join(GRACE_SECONDS)
    _kill(one, _family(one))
    return _done(one, **said)


def _done(one: _Running[T], problem: str, result: str = "") -> Done[T]:
    one.inbox.close()
    return Done(one.task, problem, time.monotonic() - one.started, result)


def _end(running: Iterable[_Running[Any]]) -> None:
    """Ask first, so that each ends its own worker; then kill what is left of it."""
    families = [(one, _family(one)) for one in running]
    for one, _ in families:
        one.process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for one, family in families:
        one.process.join(max(0.0, deadline - time.monotonic()))
        _kill(one, family)


def _family(one: _Running[Any]) -> list[psutil.Process]:
    """The process and all below it, while it lives."""
    try:
        process = psutil.Process(one.process.pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(one: _Running[Any], family: Iterable[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    one.process.join()


# --- in the child ---------------------------------------------------------------------------------


def _child(task: T, do: Do[T], outbox: Connection, cores: frozenset[int], log: Path) -> None:
    """Do the work in a process of its own; the last message is the result, or what went wrong."""
    os.set_inheritable(outbox.fileno(), False)
    _print_into(log)
    interrupts.watch(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGHUP):  # the parent ends all in order
        signal.signal(number, lambda number, frame: None)
    threading.Thread(target=_end_with, args=(outbox,), daemon=True).start()
    _stay_on(cores)
    try:
        result = do(task, lambda progress: _say(outbox, astuple(progress)))
    except KeyboardInterrupt:
        sys.exit(128 + interrupts.received())
    except Exception as error:
        _say(outbox, {"problem": f"{type(error).__name__}: {error}"})
    else:
        _say(outbox, {"problem": "", "result": result})


def _print_into(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        for output in (1, 2):
            os.dup2(file.fileno(), output)
    faulthandler.enable()


def _say(outbox: Connection, words: object) -> None:
    outbox.send_bytes(json.dumps(words).encode())


def _end_with(parent: Connection) -> None:
    """End this process when its parent has gone: the pipe then hangs up, and nobody else would end it."""
    with suppress(OSError):
        parent.poll(None)
    os.kill(os.getpid(), signal.SIGTERM)


def _stay_on(cores: frozenset[int]) -> None:
    """Bind this process, and what it starts, to some cores: no more threads start than can run."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(len(cores))


def _shares(jobs: int) -> list[frozenset[int]]:
    """The cores dealt out to `jobs` processes; with more processes than cores they share."""
    own = cores()
    return [frozenset(own[n::jobs] or [own[n % len(own)]]) for n in range(jobs)]
