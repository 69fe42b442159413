"""A class: what is graded already, what is left, and the pages about all of it."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from grader import grading, interrupts, profiles, reports
from grader.classroom import gradebook, identity, page, roll
from grader.classroom.handed_in import Class, Entry
from grader.classroom.late import lateness
from grader.classroom.similar.kept import kept_pairs
from grader.classroom.statistics import Row
from grader.engines import local
from grader.errors import CallError, IsolationError
from grader.marks import beside, store
from grader.marks.merge import merge
from grader.marks.standing import Standing
from grader.records import saved
from grader.records.grade import Grade, Lateness, Outcome
from grader.records.progress import Progress
from grader.records.submission import Slice
from grader.scoring import deducted

REPORTS = reports.USUAL
ERROR_LOG = "grader-error.log"
PAGE = "index.html"
# Seconds until a process is given up; grading itself has nearer deadlines.
CEILINGS = {"none": 1800.0, "full": 12 * 3600.0}
CEILING = 2 * 3600.0


class Which(StrEnum):
    """What to grade of a class that was graded before."""

    STALE = "stale"  # whatever a new grading could change: submission, grader, rubric, seed, options
    CHANGED = "changed"  # only submissions that are new or changed
    FAILED = "failed"  # only those without a grade, and those that a person must look at


@dataclass(frozen=True, slots=True)
class View:
    """Which reports are written beside report.json and report.html, and for whom."""

    audience: str = "ta"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """Where the reports of one submission stand, and where people's marks of it are."""

    folder: Path
    marks: Path
    subject: str  # what the marks know it by
    remarks: tuple[str, ...] = ()  # what its report says beside the verdicts
    back: str = ""  # the page of the class, from there
    late: Lateness | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to grade."""

    name: str
    path: Path
    home: Home
    options: grading.Options
    view: View

    @property
    def folder(self) -> Path:
        """Where its reports stand."""
        return self.home.folder


def grade_into(
    path: Path, home: Home, options: grading.Options, view: View, listen: Callable[[Progress], None]
) -> Grade:
    """Grade one submission, merge a person's marks, write its reports and keep it for the next time.

    Where the grader itself breaks, the folder keeps a log of it and no older report; the exception goes on.
    """
    folder = home.folder
    beside.check(
        folder, profiles.load(options.profile).rubric
    )  # marks that can't be right are refused before the work, not after
    try:
        key = _key(path, options)
        grade = grading.grade(path, options, listen)
        interrupts.insist()
        named = replace(grade, student=folder.name, notes=(*grade.notes, *home.remarks))
        take_over(home, named)
        merged = _publish(key, named, store.read(home.marks), home, view)
    except (CallError, IsolationError):
        raise
    except Exception as error:
        forget(folder, "".join(traceback.format_exception(error)))
        raise
    (folder / ERROR_LOG).unlink(missing_ok=True)
    return merged


def forget(folder: Path, why: str) -> None:
    """Leave a log that ends in `why` in the folder, instead of reports that no longer hold."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (*reports.RENDERERS, saved.FILE):
        (folder / stale).unlink(missing_ok=True)
    with (folder / ERROR_LOG).open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{why}\n")


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


def left(
    entries: Iterable[Entry],
    out: Path,
    marks: Path,
    options: grading.Options,
    view: View,
    which: Which,
    cause: str = "",
) -> tuple[Task, ...]:
    """The submissions that are to be graded now; with a `cause`, those that were found to have it."""
    year = options.profile
    tasks = (Task(e.name, e.path, home(e, out, marks, year), options, view) for e in entries if e.path)
    return tuple(task for task in tasks if (_has(task, cause) if cause else _is_left(task, which)))


def home(entry: Entry, out: Path, marks: Path, profile: str = profiles.DEFAULT) -> Home:
    """Where an entry's reports and marks are."""
    late = lateness(entry, profiles.load(profile).rubric)
    return Home(out / entry.name, marks, entry.subject or entry.name, entry.remarks, f"../{PAGE}", late)


def run(tasks: Sequence[Task], jobs: int) -> Iterator[local.Said[Task] | local.Done[Task]]:
    """Grade them, `jobs` at once; what happens is told as it does."""
    ceiling = CEILINGS.get(tasks[0].options.training, CEILING) if tasks else CEILING
    try:
        for event in local.run(tasks, _work, jobs, ceiling, _log):
            if isinstance(event, local.Done) and event.problem:
                forget(event.task.folder, event.problem)
            yield event
    finally:
        for log in filter(_is_empty, map(_log, tasks)):  # of those that an interrupt ended
            log.unlink()


def collect(
    entries: Iterable[Entry],
    out: Path,
    marks: Path,
    view: View,
    problems: Mapping[str, str],
    profile: str = profiles.DEFAULT,
) -> tuple[Row, ...]:
    """Every submission with its grade, a person's marks in it; `problems` says why one has none.

    Reports that show older marks, or another view, are made anew.
    """
    homes = [(entry, home(entry, out, marks, profile)) for entry in entries]
    kept = {one.folder: saved.read(one.folder) for entry, one in homes if entry.path}
    for _, one in homes:
        if found := kept.get(one.folder):
            take_over(one, found.grade)
    standing = store.read(marks)
    return tuple(_row(entry, one, kept.get(one.folder), standing, view, problems) for entry, one in homes)


def take_over(home: Home, grade: Grade) -> None:
    """Put what a file beside the report says into the store, if it isn't there yet."""
    rubric = profiles.load(grade.profile).rubric
    beside.take_over(home.folder, home.subject, grade, rubric, home.marks)


def write_pages(rows: Sequence[Row], out: Path, title: str, one: Class, handout: Slice | None = None) -> None:
    """The pages about the class as a whole, each written whole or not at all, and who is in it."""
    pairs = kept_pairs(rows, handout, out)
    pages = {
        PAGE: partial(page.render, title, rows, one, pairs),
        "gradebook.csv": partial(gradebook.gradebook, rows),
        roll.FILE: partial(roll.render, title, one),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, render in pages.items():
        half = out / f"{name}.part"
        half.write_text(render(), encoding="utf-8", newline="")
        half.replace(out / name)


def _log(task: Task) -> Path:
    return task.folder / ERROR_LOG


def _is_empty(log: Path) -> bool:
    return log.exists() and not log.stat().st_size


def _work(task: Task, listen: Callable[[Progress], None]) -> str:
    grade = grade_into(task.path, task.home, task.options, task.view, listen)
    return f"{grade.score:g} of {grade.max_score - grade.pending:g}"


def _key(path: Path, options: grading.Options) -> saved.Key:
    return saved.Key(
        submission=identity.submission_sha(path),
        grader=identity.grader_sha(),
        rubric=profiles.load(options.profile).rubric.sha256,
        options=json.dumps(
            {name: value for name, value in asdict(options).items() if name != "profile"}, sort_keys=True
        ),
    )


def _is_left(task: Task, which: Which) -> bool:
    kept = saved.read(task.folder)
    if kept is None:
        return True
    if which is Which.FAILED:
        return any(check.outcome is Outcome.ERROR for check in kept.grade.checks)
    key = _key(task.path, task.options)
    return kept.key.submission != key.submission if which is Which.CHANGED else kept.key != key


def _has(task: Task, cause: str) -> bool:
    """Whether a line was lost for this cause, given by its id or with its parameters."""
    kept = saved.read(task.folder)
    reasons = [check.reason.cause for check in kept.grade.checks] if kept else []
    return any(cause in (one.id, str(one)) for reason in reasons if reason for one in reason.each)


def _row(
    entry: Entry,
    home: Home,
    kept: saved.Saved | None,
    standing: Standing,
    view: View,
    problems: Mapping[str, str],
) -> Row:
    if entry.path is None:
        return Row(entry)
    if kept is None:
        return Row(entry, None, problems.get(entry.name) or "not graded yet")
    if kept.shown != _shown(standing, home, view):
        return Row(entry, _publish(kept.key, kept.grade, standing, home, view))
    return Row(entry, deducted(merge(kept.grade, standing, home.subject), home.late))


def _publish(key: saved.Key, grade: Grade, standing: Standing, home: Home, view: View) -> Grade:
    """Write the reports, a person's marks in them; what is kept last says that they are complete."""
    merged = deducted(merge(grade, standing, home.subject), home.late)
    shown = reports.AUDIENCES[view.audience](merged)
    reports.write_reports(shown, home.folder, (*REPORTS, *view.also), home.back)
    saved.write(home.folder, saved.Saved(key, grade, _shown(standing, home, view)))
    return merged


def _shown(standing: Standing, home: Home, view: View) -> str:
    return json.dumps([standing.fingerprint(home.subject), home.back, repr(home.late), *astuple(view)])
