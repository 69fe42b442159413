"""Work of milliseconds that any engine does: what a task is called says what happens in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from grader.engines.work import Share, Work
from grader.records.progress import Listener, Progress

FACTS = {"the grader": "1"}


@dataclass(frozen=True, slots=True)
class Stub:
    """A task: its name, what it does, the folder of its result, and where all tasks write that they began."""

    name: str
    what: str
    out: Path
    diary: Path

    @property
    def folder(self) -> Path:
        """Where its result stands."""
        return self.out / self.name


def do(task: Stub, listen: Listener) -> str:
    """What the task says."""
    with task.diary.open("a") as diary:
        diary.write(f"{task.name}\n")
    listen(Progress("stage", task.name, 1, 2))
    match task.what.split(":"):
        case ["sleep", seconds]:
            time.sleep(float(seconds))
        case ["raise", words]:
            raise ValueError(words)
        case ["exit"]:
            os._exit(3)
        case ["poison"]:
            _kill_engine()
        case ["once"] if task.diary.read_text().split().count(task.name) == 1:
            _kill_engine()
    task.folder.mkdir(parents=True, exist_ok=True)
    (task.folder / "result").write_text(task.name)
    return f"did {task.name}"


def _kill_engine() -> None:
    """Kill the process of Ray's that waits for this one, and stay until that takes this one along."""
    forkserver = psutil.Process().parent()
    engine = forkserver.parent() if forkserver else None
    assert engine
    engine.kill()
    time.sleep(60)


def repeated(task: Stub) -> Callable[[Stub, Listener], str]:
    """The same, and its process can be told."""
    task.diary.with_name("engine").write_text(str(os.getpid()))
    return do


def log(task: Stub) -> Path:
    return task.folder / "log"


def pack(task: Stub) -> bytes:
    if task.what == "huge":
        raise ValueError("too large")
    return "\n".join((task.name, task.what, str(task.diary))).encode()


def unpack(packed: bytes, scratch: Path, has_gpu: bool) -> Stub:
    name, what, diary = packed.decode().split("\n")
    return Stub(name, what, scratch, Path(diary))


def results(task: Stub) -> bytes:
    file = task.folder / "result"
    return file.read_bytes() if file.exists() else b""


def keep(task: Stub, files: bytes) -> None:
    """Nothing is kept twice: a second time would not find the file new."""
    if files:
        task.folder.mkdir(parents=True, exist_ok=True)
        with (task.folder / "result").open("xb") as file:
            file.write(files)


def facts(task: Stub) -> Mapping[str, str]:
    return FACTS


def other_facts(task: Stub) -> Mapping[str, str]:
    """A grader that is another one in each process."""
    return {"the grader": str(os.getpid())}


WORK = Work(
    do=do,
    log=log,
    ceiling=60.0,
    pack=pack,
    unpack=unpack,
    results=results,
    keep=keep,
    wanted=facts,
    facts=facts,
    share=Share(1, 2**20),
    repeated=repeated,
    preload=(),
)
