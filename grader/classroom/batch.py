"""A class: its submissions graded several at once, collected, and the pages about all of it."""

from __future__ import annotations

import atexit
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from grader import ceiling, profiles
from grader.classroom import gradebook, page, roll, sending
from grader.classroom.handed_in import Class, Entry
from grader.classroom.homes import PAGE, Home, View, as_it_counts, home
from grader.classroom.publishing import (
    ERROR_LOG,
    forget,
    grade_into,
    publish,
    shown_as,
    take_over,
)
from grader.classroom.remaining import Task
from grader.classroom.similar.kept import common
from grader.classroom.statistics import Row
from grader.engines.choosing import Where
from grader.engines.local import Local
from grader.engines.work import Done, Engine, Said, Share, Work
from grader.errors import CallError
from grader.grading import ALONE, SEEDS, Options, Together, device_of
from grader.marks import beside, store
from grader.marks.standing import Standing
from grader.network import kept
from grader.records import saved
from grader.records.progress import Listener
from grader.records.submission import Slice
from grader.sandbox import isolation

# Seconds until a process is given up; grading itself has nearer deadlines (grader/ceiling.py).
CEILINGS = {"none": 1800.0, **dict.fromkeys(ceiling.LONG, 12 * 3600.0)}
CEILING = 2 * 3600.0
HERE = Where()


def check_marks(entries: Iterable[Entry], out: Path, profile: str = profiles.DEFAULT) -> None:
    """Raise CallError for all files of marks that can't be right, before anything is graded."""
    rubric, faults = profiles.load(profile).rubric, list[str]()
    for entry in entries:
        try:
            beside.check(out / entry.name, rubric)
        except CallError as error:
            faults.append(str(error))
    if faults:
        raise CallError("\n".join(faults))


def grading_of(options: Options, where: Where = HERE) -> Work[Task]:
    """How submissions are graded with these options: here, or as bytes elsewhere."""
    gpus = 0.0 if options.device == "cpu" else where.gpu_share
    return Work(
        do=_grade,
        log=_log,
        ceiling=CEILINGS.get(options.training, CEILING),
        pack=partial(sending.pack, engine=where.engine),
        unpack=sending.unpack,
        results=sending.results,
        keep=sending.keep,
        wanted=sending.wanted,
        facts=sending.facts,
        share=Share(gpus=gpus, gpu_needed=options.device == "cuda"),
        repeated=_repeated,
    )


def run(tasks: Sequence[Task], engine: Engine, work: Work[Task]) -> Iterator[Said[Task] | Done[Task]]:
    """Grade them; what happens is told as it does."""
    try:
        with _forking(tasks, engine, work) as work:
            yield from _heard(engine.run(tasks, work))
    finally:
        for log in filter(_is_empty, map(_log, tasks)):  # of those that an interrupt ended
            log.unlink()


def _heard(events: Iterator[Said[Task] | Done[Task]]) -> Iterator[Said[Task] | Done[Task]]:
    for event in events:
        if isinstance(event, Done) and event.problem:
            forget(event.task.folder, event.problem)
        yield event


@contextmanager
def _forking(tasks: Sequence[Task], engine: Engine, work: Work[Task]) -> Iterator[Work[Task]]:
    """The work as it is done with what all tasks have in common; for a single one that would save nothing.

    Of what a worker knows no worker of another run is asked: the seed of each run is a new one.
    """
    if len(tasks) < 2 or not isinstance(engine, Local):
        yield work
        return
    with _together(tasks[0].options) as do:
        yield replace(work, do=do)


@contextmanager
def _together(options: Options) -> Iterator[Callable[[Task, Listener], str]]:
    """What grades one submission after the other, as long as this lasts."""
    rung = isolation.choose(options.isolation)
    with isolation.warm(rung, device_of(options.device)) as parent, TemporaryDirectory() as values:
        together = Together(parent, secrets.randbelow(SEEDS))
        readable = rung.name == "none"  # by students' code, which must not be able to change it
        yield partial(_grade, together=together, values=None if readable else Path(values))


def collect(
    entries: Iterable[Entry],
    out: Path,
    marks: Path,
    view: View,
    problems: Mapping[str, str],
    profile: str = profiles.DEFAULT,
) -> tuple[Row, ...]:
    """Every submission with its grade, a person's marks in it; `problems` says why one has none.

    Reports that show older marks, or another view, are made anew. What only a submission's own reports show
    is not in these grades: a class of any size fits into memory.
    """
    homes = [(entry, home(entry, out, marks, profile)) for entry in entries]
    for _, one in homes:
        if beside.is_there(one.folder) and (found := _read(one.folder, profile, saved.HEAVY)):
            take_over(one, found.grade)
    standing = store.read(marks)
    return tuple(_row(entry, one, standing, view, problems, profile) for entry, one in homes)


def write_pages(rows: Sequence[Row], out: Path, title: str, one: Class, handout: Slice | None = None) -> None:
    """The pages about the class as a whole, each written whole or not at all, and who is in it."""
    alike = common(rows, handout, out)
    pages = {
        PAGE: partial(page.render, title, rows, one, alike),
        "gradebook.csv": partial(gradebook.gradebook, rows),
        roll.FILE: partial(roll.render, title, one),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, render in pages.items():
        half = out / f"{name}.part"
        half.write_text(render(), encoding="utf-8", newline="")
        half.replace(out / name)


def _read(folder: Path, profile: str, without: Collection[str] = ()) -> saved.Saved | None:
    """What was kept; a profile that was moved since is called as it is now, in the reports too."""
    kept = saved.read(folder, without)
    if kept is None or kept.grade.profile == profile:
        return kept
    if kept.key.rubric != profiles.load(profile).rubric.sha256:
        return kept
    return saved.Saved(kept.key, replace(kept.grade, profile=profile))


def _row(
    entry: Entry,
    home: Home,
    standing: Standing,
    view: View,
    problems: Mapping[str, str],
    profile: str,
) -> Row:
    if entry.path is None:
        return Row(entry)
    kept = _read(home.folder, profile, saved.SHOWN)
    if kept is None:
        return Row(entry, None, problems.get(entry.name) or "not graded yet")
    if kept.shown != shown_as(standing, home, view) and (whole := _read(home.folder, profile)):
        publish(whole.key, whole.grade, standing, home, view)
    return Row(entry, as_it_counts(kept.grade, standing, home))


def _log(task: Task) -> Path:
    return task.folder / ERROR_LOG


def _is_empty(log: Path) -> bool:
    return log.exists() and not log.stat().st_size


def _grade(
    task: Task,
    listen: Listener,
    together: Together = ALONE,
    values: Path | None = None,
) -> str:
    kept.share(values)
    grade = grade_into(task.path, task.home, task.options, task.view, listen, task.sent, together)
    return f"{grade.score:g} of {grade.max_score - grade.pending:g}"


def _repeated(task: Task) -> Callable[[Task, Listener], str]:
    """The same in a process of another machine, which goes on to the next submission."""
    return _lasting(task.options)


@cache
def _lasting(options: Options) -> Callable[[Task, Listener], str]:
    """What lasts as long as this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(_together(options))
