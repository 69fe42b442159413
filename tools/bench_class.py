"""Measures what a class costs beside its gradings: `python -m tools.bench_class 400`. Nothing is graded.

The submissions are notebooks that were really read, over and over; their grades are made up. What is timed
is `class` itself, in a process of its own: for the first time after the last grading, when everybody is
compared with everybody; again with nothing changed; and with one mark that a person gave meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fixtures import review_class, samples
from fixtures.corpus.case import correct
from fixtures.corpus.layout import folder
from fixtures.disguises import disguises, honest
from fixtures.notebook import Notebook
from grader import intake
from grader.classroom.handed_in import read
from grader.classroom.homes import View, home
from grader.classroom.people import Roster
from grader.classroom.publishing import key_of, publish
from grader.classroom.similar.kept import FILE as ALIKE
from grader.grading import Options
from grader.marks import store
from grader.marks.entry import Mark
from grader.marks.standing import Standing
from grader.records.grade import Grade, Picture
from grader.records.submission import Submission
from tools.bench_similar import renumbered

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = Options(training="none")
PICTURES = 4  # of a report, as a grading draws them
MiB = 2**20


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    seconds: float
    cpu: float  # seconds of processor time, that of its children included
    peak: float  # MiB of memory


def bench(
    counts: Annotated[list[int], typer.Argument(help="Sizes of the classes.")] = [100, 400],  # noqa: B006 - as typer wants
) -> None:
    """Print a table: seconds and memory of `class` after the last grading of classes of these sizes."""
    print("| class of | what | seconds | of a processor | MiB at most |\n|--:|---|--:|--:|--:|")
    for count in counts:
        for what, cost in measured(count):
            print(f"| {count} | {what} | {cost.seconds:.1f} | {cost.cpu:.1f} | {cost.peak:.0f} |", flush=True)


def measured(count: int) -> Iterator[tuple[str, Cost]]:
    """Each thing that is done to a class whose gradings are over, and what it cost."""
    with TemporaryDirectory() as scratch:
        class_, out = Path(scratch) / "class", Path(scratch) / "out"
        write(class_, out, count)
        yield "the first pages, everybody compared", _class(class_, out)
        yield "again, nothing changed", _class(class_, out)
        with store.Store.open(store.beside(out)) as marks:
            marks.append("ta", Mark("student0000", "questions.question1", 5.0))
        yield "again, a person gave one mark", _class(class_, out)


def write(class_: Path, out: Path, count: int) -> None:
    """A class of `count`, and the reports that its gradings left."""
    notebooks = _notebooks()[:count]
    for number, notebook in enumerate(islice(cycle(notebooks), count)):
        folder(notebook, {}, class_, f"student{number:04d}")
    entries = read(class_, Roster(), out).entries
    found = [intake.read(entry.path) for entry in entries[: len(notebooks)] if entry.path]
    for number, (entry, base) in enumerate(zip(entries, cycle(found), strict=False)):
        assert entry.path
        one = home(entry, out, store.beside(out))
        publish(key_of(entry.path, OPTIONS), _grade(entry.name, number, base), Standing(), one, View())
    assert not (out / ALIKE).exists()


def _notebooks() -> Sequence[Notebook]:
    disguised = [one for one, _ in disguises().values()]
    return [*samples.notebooks().values(), correct(), *honest().values(), *disguised]


def _grade(name: str, number: int, base: Submission) -> Grade:
    made_up = review_class.grade(name, number)
    png = made_up.submission.saved.figures[0].png
    pictures = tuple(Picture("cam", f"picture {n}", png + os.urandom(2**14)) for n in range(PICTURES))
    return replace(made_up, submission=_somebody_elses(base, name, number), pictures=pictures)


def _somebody_elses(base: Submission, name: str, number: int) -> Submission:
    """The same notebook with numbers, logs and answers that nobody else has."""
    saved, order = base.saved, Random(number)
    answers = tuple(replace(one, text=_shuffled(one.text, order)) for one in saved.answers)
    runs = tuple(
        replace(run, epochs=tuple(replace(e, accuracy=e.accuracy + number * 1e-6) for e in run.epochs))
        for run in saved.runs
    )
    slice_ = renumbered(base.slice, number)
    return replace(base, name=name, slice=slice_, saved=replace(saved, runs=runs, answers=answers))


def _shuffled(text: str, order: Random) -> str:
    words = text.split()
    order.shuffle(words)
    return " ".join(words)


def _class(class_: Path, out: Path) -> Cost:
    start = time.monotonic()
    words = ("-m", "grader", "class", str(class_), "--out", str(out), "--training", "none")
    command = [sys.executable, *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == 2:
        sys.exit(said)
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(time.monotonic() - start, cpu, usage.ru_maxrss * 1024 / MiB)


if __name__ == "__main__":
    typer.run(bench)
