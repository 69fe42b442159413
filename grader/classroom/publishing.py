"""One submission: graded, people's marks merged, its reports written, and kept for the next time."""

from __future__ import annotations

import json
import traceback
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path

from grader import grading, interrupts, profiles, reports
from grader.classroom import identity
from grader.classroom.homes import Home, View, as_it_counts
from grader.errors import CallError, IsolationError
from grader.marks import beside, store
from grader.marks.standing import Standing
from grader.records import saved
from grader.records.grade import Grade
from grader.records.progress import Listener

REPORTS = reports.USUAL
ERROR_LOG = "grader-error.log"


@dataclass(frozen=True, slots=True)
class Sent:
    """Of a submission that came from another machine: what its grade is kept under there, and its name."""

    key: saved.Key
    engine: str  # that sent it
    typed: str  # what is typed to name it


def grade_into(
    path: Path,
    home: Home,
    options: grading.Options,
    view: View,
    listen: Listener,
    sent: Sent | None = None,
    together: grading.Together = grading.ALONE,
) -> Grade:
    """Grade one submission, merge a person's marks, write its reports and keep it for the next time.

    Where the grader itself breaks, the folder keeps a log of it and no older report; the exception goes on.
    """
    folder = home.folder
    # Marks that can't be right are refused before the work, not after.
    beside.check(folder, profiles.load(options.profile).rubric)
    try:
        key = sent.key if sent else key_of(path, options)
        grade = grading.grade(path, options, listen, together)
        interrupts.insist()
        named = replace(grade, student=folder.name, notes=(*grade.notes, *home.remarks))
        named = _as_sent(named, sent) if sent else named
        take_over(home, named)
        merged = publish(key, named, store.read(home.marks), home, view)
    except (CallError, IsolationError):
        raise
    except Exception as error:
        forget(folder, "".join(traceback.format_exception(error)))
        raise
    (folder / ERROR_LOG).unlink(missing_ok=True)
    return merged


def _as_sent(grade: Grade, sent: Sent) -> Grade:
    """What its reports say of where it lies is right where they are read."""
    submission = replace(grade.submission, typed=sent.typed)
    return replace(grade, submission=submission, provenance=replace(grade.provenance, engine=sent.engine))


def forget(folder: Path, why: str) -> None:
    """Leave a log that ends in `why` in the folder, instead of reports that no longer hold."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (*reports.RENDERERS, saved.FILE):
        (folder / stale).unlink(missing_ok=True)
    with (folder / ERROR_LOG).open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{why}\n")


def take_over(home: Home, grade: Grade) -> None:
    """Put what a file beside the report says into the store, if it isn't there yet."""
    if beside.is_there(home.folder):
        rubric = profiles.load(grade.profile).rubric
        beside.take_over(home.folder, home.subject, grade, rubric, home.marks)


def publish(key: saved.Key, grade: Grade, standing: Standing, home: Home, view: View) -> Grade:
    """Write the reports, a person's marks in them; what is kept last says that they are complete."""
    counted = as_it_counts(grade, standing, home)
    shown = reports.AUDIENCES[view.audience](counted)
    reports.write_reports(shown, home.folder, (*REPORTS, *view.also), home.back)
    saved.write(home.folder, saved.Saved(key, grade, shown_as(standing, home, view)))
    return counted


def shown_as(standing: Standing, home: Home, view: View) -> str:
    """Return, as text, what reports show beside the grade: where it changed they are made anew."""
    about = (home.back, home.people, repr(home.late))
    return json.dumps([standing.fingerprint(home.subject), *about, *astuple(view)])


def key_of(path: Path, options: grading.Options) -> saved.Key:
    """What a grade of this submission depends on."""
    return saved.Key(
        submission=identity.submission_sha(path),
        grader=identity.grader_sha(),
        rubric=profiles.load(options.profile).rubric.sha256,
        options=json.dumps(
            {name: value for name, value in asdict(options).items() if name != "profile"}, sort_keys=True
        ),
    )
