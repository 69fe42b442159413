"""What of a class is to be graded now: what was never graded, or would come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader import grading
from grader.classroom.handed_in import Entry
from grader.classroom.homes import Home, View, home
from grader.classroom.identity import submission_sha
from grader.classroom.publishing import Sent, key_of
from grader.records import saved
from grader.records.grade import Outcome


class Which(StrEnum):
    """What to grade of a class that was graded before."""

    STALE = "stale"  # whatever a new grading could change: submission, grader, rubric, seed, options
    CHANGED = "changed"  # only submissions that are new or changed
    FAILED = "failed"  # those too, and those that a person must look at


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to grade."""

    name: str
    path: Path
    home: Home
    options: grading.Options
    view: View
    sent: Sent | None = None  # it came from another machine

    @property
    def folder(self) -> Path:
        """Where its reports stand."""
        return self.home.folder


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


def _is_left(task: Task, which: Which) -> bool:
    if which is Which.STALE:
        return saved.read_head(task.folder) != (key_of(task.path, task.options), task.folder.name)
    kept = saved.read(task.folder, without=saved.HEAVY)
    if kept is None or kept.grade.student != task.folder.name:  # a folder that a person copied or renamed
        return True
    has_error = any(check.outcome is Outcome.ERROR for check in kept.grade.checks)
    return _is_of_another(task, kept) or (which is Which.FAILED and has_error)


def _has(task: Task, cause: str) -> bool:
    """Whether a line was lost for this cause, by its id or with its parameters, or that isn't known now."""
    kept = saved.read(task.folder, without=saved.HEAVY)
    reasons = [check.reason.cause for check in kept.grade.checks] if kept else []
    found = (one for reason in reasons if reason for one in reason.each)
    return any(cause in (one.id, str(one)) for one in found) or bool(kept and _is_of_another(task, kept))


def _is_of_another(task: Task, kept: saved.Saved) -> bool:
    """Whether what is kept was handed in before: its grade would stand for what is there now."""
    return kept.key.submission != submission_sha(task.path)
