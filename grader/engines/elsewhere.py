"""A task on another machine than it came from: bytes in, bytes out, between them the local engine."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from typing import TypeVar

import msgpack
import msgspec

from grader.engines import local, scratch
from grader.engines.cores import some
from grader.engines.parcel import UNREADABLE
from grader.engines.work import Done, Said, Work
from grader.records.progress import Progress

T = TypeVar("T")
Say = Callable[[tuple[str, str, int, int]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task: how it ended, and the files that it left."""

    problem: str
    result: str = ""
    seconds: float = 0.0
    files: bytes = b""


def answer(
    work: Work[T],
    parcel: bytes,
    say: Say,
    wanted: Mapping[str, str],
    has_gpu: bool = False,
    again: bool = False,
) -> bytes:
    """Do a task that came as bytes, in a process and a folder of its own; what goes wrong is an answer.

    It is not done where not all is as wanted: a machine may have come after all others were asked. `again`:
    this process will be asked for others.
    """
    try:
        with scratch.folder() as own:
            task = work.unpack(parcel, own, has_gpu)
            if wrong := differences(wanted, work.facts(task)):
                return _packed(Answer(f"{platform.node()} would grade otherwise: {'; '.join(wrong)}"))
            do = work.repeated(task) if again and work.repeated else work.do
            return _packed(_answered(work, task, do, say))
    except Exception as error:
        return _packed(Answer(f"{type(error).__name__}: {error}"))


def facts(work: Work[T], parcel: bytes) -> Mapping[str, str]:
    """What this machine is, for a task that came as bytes."""
    with scratch.folder() as own:
        return dict(work.facts(work.unpack(parcel, own, False)))


def read(packed: bytes) -> Answer:
    """The answer in these bytes; where there is none, that is the problem."""
    try:
        page = msgpack.unpackb(packed, unicode_errors="surrogatepass")
        names = (field.name for field in fields(Answer))
        return msgspec.convert(dict(zip(names, page, strict=True)), Answer)
    except UNREADABLE as error:
        return Answer(f"what came back can't be read: {error}")


def ended(task: T, work: Work[T], found: Answer) -> Done[T]:
    """Keep what a task left."""
    try:
        work.keep(task, found.files)
    except (OSError, ValueError) as error:
        return Done(task, found.problem or f"what came back can't be kept: {error}", found.seconds)
    return Done(task, found.problem, found.seconds, found.result)


def differences(wanted: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    """What is not as wanted on a machine, a sentence each."""
    return tuple(
        f"{name} is {_short(there.get(name, 'missing'))} there, not {_short(value)}"
        for name, value in wanted.items()
        if there.get(name) != value
    )


def refusal(wrong: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """What to say of machines that can't grade with the others, "" where all can."""
    lines = [f"  {host}: {'; '.join(said)}" for host, said in wrong if said]
    advice = "Bring every machine to the same checkout, installed by `make`, and start again."
    return "\n".join(["These machines would grade otherwise than this one:", *lines, advice]) if lines else ""


def _answered(work: Work[T], task: T, do: local.Do[T], say: Say) -> Answer:
    _hide_main()
    done = Done(task, "nothing was heard of it", 0.0)
    with some(work.share.cores) as own:
        for event in local.run([task], do, 1, work.ceiling, work.log, [own], work.preload):
            if isinstance(event, Said):
                say(_plain(event.progress))
            else:
                done = event
    return Answer(done.problem, done.result, done.seconds, work.results(task))


def _hide_main() -> None:
    """Processes that are started here must not load the program that happens to run this one."""
    vars(sys.modules["__main__"]).pop("__file__", None)


def _packed(found: Answer) -> bytes:
    return bytes(msgpack.packb(list(astuple(found)), unicode_errors="surrogatepass"))


def _plain(progress: Progress) -> tuple[str, str, int, int]:
    return progress.stage, progress.detail, progress.done, progress.total


def _short(value: str) -> str:
    """The beginning of a fingerprint is enough to tell two apart."""
    return value[:12] if len(value) == 64 else value
