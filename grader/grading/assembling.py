"""From what the checks say to the grade: placed in the student's code, scored, in the words of its year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version

from grader import __version__
from grader.clock import Clock
from grader.grading.checking import Checked
from grader.grading.placing import at_home, quoting
from grader.grading.terms import Terms
from grader.profiles import Profile
from grader.profiles.naming import exchanged
from grader.records.grade import CheckResult, Grade, Provenance
from grader.records.submission import Submission
from grader.scoring import score
from grader.training import scratch


def assemble(submission: Submission, terms: Terms, checked: Checked, clock: Clock) -> Grade:
    """The grade of a submission."""
    profile = terms.profile
    placed = {id: at_home(result, submission) for id, result in checked.results.items()}
    quoted = {id: quoting(result, submission.texts) for id, result in placed.items()}
    parts, checks = score(profile.rubric, {id: _told(result, profile.names) for id, result in quoted.items()})
    notes = exchanged(submission.notes, profile.names)
    submission = _beside(_as_handed_in(submission, profile.names), profile)
    return Grade(
        student=submission.name,
        score=round(sum(part.score for part in parts), 2),
        max_score=round(sum(part.max_score for part in parts), 2),
        pending=round(sum(part.pending for part in parts), 2),
        parts=parts,
        checks=checks,
        notes=notes,
        submission=submission,
        pictures=checked.pictures,
        profile=profile.word,
        provenance=_provenance(submission, terms, checked, clock),
    )


def _provenance(submission: Submission, terms: Terms, checked: Checked, clock: Clock) -> Provenance:
    laps = clock.laps
    return Provenance(
        submission_sha256=submission.sha256,
        grader=__version__,
        rubric_sha256=terms.profile.rubric.sha256,
        seed=terms.seed,
        torch=version("torch"),
        device=terms.device,
        isolation=terms.isolation.name,
        seconds=round(clock.seconds, 2),
        training=checked.training,
        timings=_rounded({stage: spent.wall for stage, spent in laps.items()} | dict(checked.paces)),
        cpu=_rounded({stage: spent.cpu for stage, spent in laps.items()}),
        worker=_rounded({stage: spent.worker for stage, spent in laps.items()}),
    )


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {stage: max(0.0, round(one, 2)) for stage, one in seconds.items()}


def _told(result: CheckResult, names: Mapping[str, str]) -> CheckResult:
    """What is said to people, in the names that their year has; causes keep the grader's."""
    reason = exchanged(replace(result.reason, cause=None), names)
    return replace(result, reason=replace(reason, cause=result.reason.cause))


def _as_handed_in(submission: Submission, names: Mapping[str, str]) -> Submission:
    """The submission with what people see of it as it was written."""
    dropped = exchanged(submission.slice.dropped, names)
    return replace(
        submission,
        source=exchanged(submission.source, names),
        texts=exchanged(submission.texts, names),
        files=exchanged(submission.files, names),
        slice=replace(submission.slice, dropped=dropped),
    )


def _beside(submission: Submission, profile: Profile) -> Submission:
    """The submission with what its logs from scratch are beside runs that were computed."""
    padding, n_class = profile.padding, profile.n_class
    runs = (replace(run, beside=scratch.beside(run, padding, n_class)) for run in submission.saved.runs)
    return replace(submission, saved=replace(submission.saved, runs=tuple(runs)))
