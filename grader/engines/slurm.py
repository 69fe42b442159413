"""Tasks on a Slurm cluster: arrays of jobs made by submitit, one job each, in a folder that all machines see.

A job finds its task's bytes in a file and leaves its answer in another. What submitit pickles beside them is
ours: functions by their names, and the place of these files.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import submitit

from grader.engines import elsewhere
from grader.engines.local import find_grader
from grader.engines.work import Done, Said, Work
from grader.errors import CallError
from grader.records.progress import Progress

T = TypeVar("T")
AGAIN = 2  # times that a task is sent again after its job died
ARRAY = 1000  # jobs; most clusters take no larger array
POLL_SECONDS = 2.0
LATE_SECONDS = 15.0  # until a file that another machine wrote is seen here
SPARE_SECONDS = 600.0  # for a job to start and to be cleaned up
PARCEL, ANSWER, SAID, JOBS = "parcel", "answer", "said", "jobs.json"
NO_SLURM = "Slurm's sbatch is not on this machine: --engine slurm is for one from which jobs are sent."


@dataclass(frozen=True, slots=True)
class Slurm:
    """The engine of the Slurm cluster that this machine sends jobs to; `settings` are given on to sbatch."""

    folder: Path
    jobs: int | None = None
    settings: Mapping[str, str | int] = field(default_factory=dict)
    cluster: str = "slurm"  # or "local", submitit's own stand-in

    def __post_init__(self) -> None:
        """Raise CallError where no job can be sent."""
        if self.cluster == "slurm" and shutil.which("sbatch") is None:
            raise CallError(NO_SLURM)

    def run(self, tasks: Sequence[T], work: Work[T]) -> Iterator[Said[T] | Done[T]]:
        """Do every task in a job; what the jobs of a run that was killed have left is taken first."""
        if not tasks:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _cancel(self.folder)
        yield from _Class(self.folder, work, dict(work.wanted(tasks[0])), self._executor(tasks, work)).run(
            tasks
        )
        if not any(path.is_dir() and path.name != "log" for path in self.folder.iterdir()):
            shutil.rmtree(self.folder, ignore_errors=True)

    def _executor(self, tasks: Sequence[T], work: Work[T]) -> Any:
        share = work.share
        executor = submitit.AutoExecutor(self.folder / "log", cluster=self.cluster)
        find_grader()
        try:
            executor.update_parameters(
                name="grader",
                timeout_min=math.ceil((work.ceiling + SPARE_SECONDS) / 60),
                cpus_per_task=share.cores,
                mem_gb=share.memory / 2**30,
                gpus_per_node=int(share.gpu_needed),
                slurm_array_parallelism=self.jobs or len(tasks),
                slurm_setup=[f"export PYTHONPATH={os.environ['PYTHONPATH']}"],
                **{f"slurm_{key}": value for key, value in self.settings.items()},
            )
        except (NameError, TypeError, ValueError) as error:
            raise CallError(f"--slurm: {error}") from None
        return executor


def settings(words: Sequence[str]) -> dict[str, str | int]:
    """What `--slurm KEY=VALUE` says; raises CallError for anything else."""
    pairs = [word.partition("=") for word in words]
    for key, _, value in pairs:
        if not key or not value:
            raise CallError(f"--slurm {key}{value}: it wants KEY=VALUE, such as partition=cpu.")
    return {key: int(value) if value.isdecimal() else value for key, _, value in pairs}


@dataclass(slots=True)
class _Sent(Generic[T]):
    """A task in a job."""

    task: T
    place: Path
    job: Any
    tries: int = 1
    said: bytes = b""
    missing_since: float | None = None


@dataclass(slots=True)
class _Class(Generic[T]):
    """Tasks and the jobs that they are in."""

    folder: Path
    work: Work[T]
    wanted: dict[str, str]
    executor: Any
    sent: list[_Sent[T]] = field(default_factory=list)

    def run(self, tasks: Sequence[T]) -> Iterator[Said[T] | Done[T]]:
        try:
            places = list[tuple[T, Path]]()
            for task in tasks:
                try:
                    places.append((task, _place(self.folder, self.work.pack(task))))
                except (OSError, ValueError) as error:
                    yield Done(task, f"it can't be sent: {error}", 0.0)
            self._send([(task, place) for task, place in places if not (place / ANSWER).exists()])
            yield from (self._ended(task, place) for task, place in places if (place / ANSWER).exists())
            while self.sent:
                time.sleep(POLL_SECONDS)
                for one in tuple(self.sent):
                    yield from self._look(one)
        finally:
            _cancel(self.folder)

    def _send(self, places: Sequence[tuple[T, Path]], tries: int = 1) -> None:
        for start in range(0, len(places), ARRAY):
            part = places[start : start + ARRAY]
            with self.executor.batch():
                jobs = [self.executor.submit(_do, self.work, str(place), self.wanted) for _, place in part]
            self.sent += [
                _Sent(task, place, job, tries) for (task, place), job in zip(part, jobs, strict=True)
            ]
        _note(self.folder, self.sent)

    def _look(self, one: _Sent[T]) -> Iterator[Said[T] | Done[T]]:
        if (one.place / ANSWER).exists():
            self.sent.remove(one)
            yield self._ended(one.task, one.place)
        elif one.job.done():
            yield from self._died(one)
        elif (said := _read(one.place / SAID)) not in (one.said, b""):
            one.said = said
            yield Said(one.task, Progress(*json.loads(said)))

    def _died(self, one: _Sent[T]) -> Iterator[Done[T]]:
        """A job has ended; its answer may still be on the way."""
        one.missing_since = one.missing_since or time.monotonic()
        if time.monotonic() - one.missing_since < LATE_SECONDS:
            return
        self.sent.remove(one)
        if one.tries <= AGAIN and "CANCELLED" not in one.job.state:
            self._send([(one.task, one.place)], one.tries + 1)
        else:
            shutil.rmtree(one.place, ignore_errors=True)
            yield Done(one.task, f"its job ended as {one.job.state}, {one.tries} times", 0.0)

    def _ended(self, task: T, place: Path) -> Done[T]:
        found = elsewhere.read((place / ANSWER).read_bytes())
        shutil.rmtree(place, ignore_errors=True)
        return elsewhere.ended(task, self.work, found)


def _place(folder: Path, packed: bytes) -> Path:
    """The folder of a task, the same for the same task, with its bytes in it."""
    place = folder / hashlib.sha256(packed).hexdigest()[:24]
    if not (place / ANSWER).exists():
        place.mkdir(exist_ok=True)
        (place / PARCEL).write_bytes(packed)
    return place


def _note(folder: Path, sent: Sequence[_Sent[Any]]) -> None:
    """Write down which jobs were sent: nobody else knows, if this process is killed."""
    arrays = sorted({one.job.job_id.partition("_")[0] for one in sent})
    half = folder / f"{JOBS}.part"
    half.write_text(json.dumps([type(sent[0].job).__name__ if sent else "", arrays]))
    half.replace(folder / JOBS)


def _cancel(folder: Path) -> None:
    """End the jobs that were written down and not ended."""
    with suppress(FileNotFoundError):
        kind, arrays = json.loads((folder / JOBS).read_text())
        for array in arrays if kind == submitit.SlurmJob.__name__ else ():
            submitit.SlurmJob(folder / "log", array).cancel(check=False)
        (folder / JOBS).unlink()


def _read(path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes()
    return b""


# --- in a job -------------------------------------------------------------------------------------


def _do(work: Work[T], place: str, wanted: Mapping[str, str]) -> str:
    """Answer the task that lies in a folder."""
    home, last = Path(place), 0.0

    def say(words: tuple[str, str, int, int]) -> None:
        nonlocal last
        if time.monotonic() - last > POLL_SECONDS:
            last = time.monotonic()
            _write(home / SAID, json.dumps(words).encode())

    packed = (home / PARCEL).read_bytes()
    _write(home / ANSWER, elsewhere.answer(work, packed, say, wanted, has_gpu=work.share.gpu_needed))
    return place


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(f"{path.name}.part")
    half.write_bytes(content)
    half.replace(path)
