"""Where one submission's reports stand, whom they are of, and for whom they are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from grader import profiles
from grader.classroom.handed_in import Entry
from grader.classroom.late import lateness
from grader.marks.merge import merge
from grader.marks.standing import Standing
from grader.records.grade import Grade, Lateness
from grader.scoring import deducted

PAGE = "index.html"


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
    people: tuple[str, ...] = ()  # whose it is, by name, where that is known


def home(entry: Entry, out: Path, marks: Path, profile: str = profiles.DEFAULT) -> Home:
    """Where an entry's reports and marks are."""
    late = lateness(entry, profiles.load(profile).rubric)
    folder, subject = out / entry.name, entry.subject or entry.name
    return Home(folder, marks, subject, entry.remarks, f"../{PAGE}", late, entry.names)


def as_it_counts(grade: Grade, standing: Standing, home: Home) -> Grade:
    """A grade that was kept: people's marks merged, what being late costs off, its people named."""
    merged = deducted(merge(grade, standing, home.subject), home.late)
    return replace(merged, people=home.people)
