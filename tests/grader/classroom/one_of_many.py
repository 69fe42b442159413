"""A submission whose grading is made up."""

from __future__ import annotations

import json
from pathlib import Path

from grader.classroom.handed_in import Entry
from grader.classroom.homes import View, home
from grader.classroom.publishing import grade_into
from grader.grading import Options
from grader.marks import store
from grader.marks.entry import Mark
from grader.marks.store import Store
from grader.records.grade import Grade
from grader.records.progress import Listener
from tests.grader.a_class import FAILED, graded

OPTIONS, VIEW = Options(training="none"), View()
MARKS = store.beside


class Fake:
    """Grades by name and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.answer: Grade | Exception = graded("alice", crop=FAILED, why="crop")

    def __call__(self, path: Path, options: Options, listen: Listener, *_: object) -> Grade:
        self.count += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def grade_it(entry: Entry, out: Path, view: View = VIEW) -> Grade:
    assert entry.path is not None
    return grade_into(entry.path, home(entry, out, MARKS(out)), OPTIONS, view, lambda progress: None)


def report(out: Path) -> dict[str, object]:
    return dict(json.loads((out / "alice" / "report.json").read_text()))


def mark(out: Path, points: float) -> None:
    """A person gives points for alice's first question."""
    with Store.open(MARKS(out)) as kept:
        kept.append("ta", Mark("alice", "questions.question1", points))
