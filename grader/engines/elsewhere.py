"""A task on another machine than it came from: bytes in, bytes out, between them the local engine."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import msgpack

from grader.engines import local
from grader.engines.cores import some
from grader.engines.work import Done, Said, Work
from grader.records.progress import Progress

T = TypeVar("T")
Say = Callable[[tuple[str, str, int, int]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task: how it ended, the files that it left, and who did it."""

    problem: str
    result: str
    seconds: float
    files: bytes
    host: str
    facts: Mapping[str, str]


def answer(work: Work[T], parcel: bytes, say: Say, has_gpu: bool = False) -> bytes:
    """Do a task that came as bytes, in a process and a folder of its own; what goes wrong is an answer."""
    try:
        with TemporaryDirectory(prefix="grader-task-") as scratch:
            return _packed(_answered(work, parcel, Path(scratch), say, has_gpu))
    except Exception as error:
        return _packed(Answer(f"{type(error).__name__}: {error}", "", 0.0, b"", platform.node(), {}))


def facts(work: Work[T], parcel: bytes) -> Mapping[str, str]:
    """What this machine is, for a task that came as bytes."""
    with TemporaryDirectory(prefix="grader-task-") as scratch:
        return dict(work.facts(work.unpack(parcel, Path(scratch), False)))


def read(packed: bytes) -> Answer:
    """The answer in these bytes."""
    return Answer(*msgpack.unpackb(packed, unicode_errors="surrogatepass"))


def ended(task: T, work: Work[T], found: Answer, here: Mapping[str, str]) -> Done[T]:
    """Keep an answer, unless it comes from a machine on which not all is as it is here."""
    if not found.problem and (wrong := differences(here, found.facts)):
        return Done(task, f"{found.host} is another grader: {'; '.join(wrong)}", found.seconds)
    try:
        work.keep(task, found.files)
    except (OSError, ValueError) as error:
        return Done(task, found.problem or f"what came back can't be kept: {error}", found.seconds)
    return Done(task, found.problem, found.seconds, found.result)


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    """What is not the same on two machines, a sentence each."""
    return tuple(
        f"{name} is {_short(there.get(name, 'missing'))} there and {_short(value)} here"
        for name, value in here.items()
        if there.get(name) != value
    )


def refusal(wrong: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """What to say of machines that can't grade with the others, "" where all can."""
    lines = [f"  {host}: {'; '.join(said)}" for host, said in wrong if said]
    advice = "Bring every machine to the same checkout, installed by `make`, and start again."
    return "\n".join(["These machines would grade otherwise than this one:", *lines, advice]) if lines else ""


def _answered(work: Work[T], parcel: bytes, scratch: Path, say: Say, has_gpu: bool) -> Answer:
    _hide_main()
    task = work.unpack(parcel, scratch, has_gpu)
    done = Done(task, "nothing was heard of it", 0.0)
    with some(work.share.cores) as own:
        for event in local.run([task], work.do, 1, work.ceiling, work.log, [own], work.preload):
            if isinstance(event, Said):
                say(_plain(event.progress))
            else:
                done = event
    files, own_facts = work.results(task), dict(work.facts(task))
    return Answer(done.problem, done.result, done.seconds, files, platform.node(), own_facts)


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
