"""What comes out of a grading, each value frozen: check results, scores, the whole grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.records.reason import NOTHING, Reason
from grader.records.submission import Submission


class Outcome(StrEnum):
    """What a check found: only `passed` earns points, only `failed` is the submission's fault."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"  # a check that it needs did not pass
    PENDING = "pending"  # not assessed in this run, or for a person to grade
    ERROR = "error"  # the grader's own fault, or a claim it could not verify: a person looks


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check says of one submission."""

    id: str
    outcome: Outcome
    reason: Reason = NOTHING
    seconds: float = 0.0
    share: float = 0.0  # of the points of a line that was lost, where a part of them is earned


@dataclass(frozen=True, slots=True)
class Marked:
    """What a person said of a line, beside the grader's own `outcome` and `score`.

    `points` None: a comment only. `decision` is the cause that it was decided for, "" for this line alone.
    `stale`: the line says something else than when it was marked, so the grader's verdict counts meanwhile.
    """

    points: float | None
    comment: str
    by: str
    at: str
    decision: str
    stale: bool
    outcome: Outcome
    score: float


@dataclass(frozen=True, slots=True)
class ScoredCheck:
    """A check's result with its line of the rubric."""

    id: str
    part: str
    title: str
    outcome: Outcome
    score: float
    max_score: float
    reason: Reason = NOTHING
    seconds: float = 0.0
    mark: Marked | None = None


@dataclass(frozen=True, slots=True)
class PartScore:
    """The sum of a part's checks; `pending` are the points not assessed."""

    id: str
    title: str
    score: float
    max_score: float
    pending: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for the report, made by the grader: PNG bytes with a caption and the part it belongs to.

    `reference` pictures show the right answer: a report for the student leaves them out.
    """

    part: str
    caption: str
    png: bytes
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """Enough to repeat the grading and get the same report."""

    submission_sha256: str
    grader: str
    rubric_sha256: str
    seed: int
    torch: str
    device: str
    isolation: str
    seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)
    training: str = "none"  # the plan that was run
    engine: str = "local"  # where it was graded
    cpu: Mapping[str, float] = field(default_factory=dict)  # of `timings`, seconds of processor time here
    worker: Mapping[str, float] = field(default_factory=dict)  # ... and in the worker


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a submission came and what that costs; `days` None where nobody knows how long."""

    days: int | None
    points: float
    said: str


@dataclass(frozen=True, slots=True)
class Grade:
    """The whole verdict on one submission."""

    student: str
    score: float
    max_score: float
    pending: float
    parts: tuple[PartScore, ...]
    checks: tuple[ScoredCheck, ...]
    notes: tuple[str, ...]
    submission: Submission
    pictures: tuple[Picture, ...]
    provenance: Provenance
    late: Lateness | None = None  # what it costs is off the score, and off no part's
    people: tuple[str, ...] = ()  # whose it is, where a roster or an export tells
    profile: str = "ece285"  # the course year: a name, or the path of its file

    @property
    def called(self) -> str:
        """Its people by name, else what it was handed in as."""
        return ", ".join(self.people) or self.student

    @property
    def complete(self) -> bool:
        """Nothing pending, nothing in error, no mark out of date: only then it may leave the house."""
        return not any(map(for_a_person, self.checks))


def for_a_person(check: ScoredCheck) -> bool:
    """Whether a line still waits for a person: pending, in error, or its mark is out of date."""
    open_ended = check.outcome in (Outcome.PENDING, Outcome.ERROR)
    return open_ended or (check.mark is not None and check.mark.stale)
