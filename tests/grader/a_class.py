"""Made-up grades and rows, small enough to read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.handed_in import Entry as Submitted
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.marks.entry import Entry, Mark
from grader.marks.merge import merge
from grader.marks.standing import standing
from grader.records.grade import Grade, Outcome, PartScore, Picture, Provenance, ScoredCheck
from grader.records.reason import Cause, Place, Reason
from grader.records.submission import Submission
from grader.scoring import total

PASSED, FAILED, PENDING, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.PENDING, Outcome.ERROR
TITLES = {"fcn32s": "Part 1: FCN-32s", "questions": "Part 3: Questions", "cam": "Part 4: CAM"}


def check(id: str, outcome: Outcome, points: float, rationale: str = "") -> ScoredCheck:
    """A line of the rubric that is worth `points`; its cause is called like its rationale."""
    part, score = id.split(".")[0], points if outcome is PASSED else 0.0
    cause = Cause("made.up", {"why": rationale}) if rationale and outcome is FAILED else None
    return ScoredCheck(id, part, f"Title of {id}", outcome, score, points, Reason(rationale, cause=cause))


def key(why: str) -> str:
    """The key of the cause of a line that failed for this reason."""
    return f"made.up(why={why})"


def grade(name: str, *checks: ScoredCheck, problem: str = "", sha: str = "ab" * 32) -> Grade:
    """A grade of these lines that adds up."""
    parts = tuple(
        PartScore(
            part,
            TITLES[part],
            total(one.score for one in checks if one.part == part),
            total(one.max_score for one in checks if one.part == part),
            total(one.max_score for one in checks if one.part == part and one.outcome is PENDING),
        )
        for part in dict.fromkeys(one.part for one in checks)
    )
    return Grade(
        student=name,
        score=total(part.score for part in parts),
        max_score=total(part.max_score for part in parts),
        pending=total(part.pending for part in parts),
        parts=parts,
        checks=checks,
        notes=(),
        submission=Submission(name, sha, problem=problem, texts={"cell 1": "x = 1"}),
        pictures=(Picture("cam", "bike", b"\x89PNG"),),
        provenance=Provenance(sha, "0.1.0", "cd" * 32, 7, "2.14", "cpu", "bwrap", 4.0, {"intake": 0.5}),
    )


def graded(name: str, crop: Outcome = PASSED, maps: Outcome = PASSED, why: str = "") -> Grade:
    """A grade of three lines: 2 points for a crop, 3 for maps, 10 for a question that is pending."""
    return grade(
        name,
        check("fcn32s.crop", crop, 2, why if crop is FAILED else ""),
        check("questions.question1", PENDING, 10, "a person grades this"),
        check("cam.maps", maps, 3, why if maps is not PASSED else ""),
    )


def answered(grade: Grade, points: float, comment: str = "") -> Grade:
    """The grade with points for its question, given by a person."""
    mark = Entry(
        1, datetime(2026, 11, 26, tzinfo=UTC), "ta", Mark("x", "questions.question1", points, comment)
    )
    return merge(grade, standing([mark]), "x")


def row(submission: str, /, one: Grade | None = None, problem: str = "", **person: str) -> Row:
    """A row of the class for one person."""
    entry = Submitted(submission, Path(submission), (Person(**{"name": submission, **person}),))
    return Row(entry, one if one or problem else graded(submission), problem)


PLACE = Place("cell 9", 4, "return h")
