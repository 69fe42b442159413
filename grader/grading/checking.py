"""From a submission that was read to what the checks say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from grader import ceiling
from grader.clock import Clock
from grader.diagnosis.causes import because
from grader.grading.terms import Terms
from grader.profiles import Profile
from grader.records.grade import CheckResult, Outcome, Picture
from grader.records.progress import Listener, Progress
from grader.records.reason import Reason
from grader.records.submission import Submission
from grader.sandbox import isolation
from grader.sandbox.process import Worker
from grader.scoring import by_a_person
from grader.wall.collecting import importing
from grader.wall.draws import derived

if TYPE_CHECKING:
    from grader.sandbox.student import Student


class Checked(NamedTuple):
    """What the checks gave, what was drawn, the training plan that they ran, and the pace of its steps."""

    results: Mapping[str, CheckResult]
    pictures: tuple[Picture, ...] = ()
    training: str = "none"
    paces: Mapping[str, float] = {}


def check(submission: Submission, terms: Terms, worker: Worker, listen: Listener, clock: Clock) -> Checked:
    """Run the checks on what the worker answers; where nothing can be asked, one reason is every line's."""
    known = _known(submission, terms.profile)
    if known is not None:
        return Checked(known)
    with clock.lap("libraries"), importing():
        from grader.sandbox.student import Student

    with ExitStack() as lasting:
        student = Student(
            submission.slice,
            isolation=terms.isolation,
            limits=worker.limits,
            device=terms.device,
            seed=derived(terms.seed, "worker"),
            threads=terms.threads,
            worker=worker,
            forking=lambda: lasting.enter_context(isolation.warm(terms.isolation, terms.device)),
        )
        clock.watch(lambda: student.computed)
        with clock.lap("ending the worker"), student:
            return _asked(submission, terms, student, worker, listen, clock)


def _asked(
    submission: Submission, terms: Terms, student: Student, worker: Worker, listen: Listener, clock: Clock
) -> Checked:
    with clock.lap("libraries"), importing():
        from grader import judging
        from grader.evidence.ahead import ahead
        from grader.evidence.case import Case
        from grader.reports import rendering
        from grader.training import plans

    listen(Progress("load", "running the slice of the submission"))
    known = plans.load(terms.profile)
    training = plans.resolve(terms.training, terms.device, known)
    plan, certify = plans.choose(training, known), plans.proves(terms.training)
    case = Case(submission, student, terms.seed, plan, terms.device, listen, certify, profile=terms.profile)
    with clock.lap("ahead of the worker"):
        ahead(case, lambda: worker.starting, first=rendering.prepare)
    with clock.lap("checks"):
        results = judging.run(case, _counting(listen), seconds=ceiling.seconds(training), lap=clock.lap)
    case.release()
    paces = {what: pace for trained in case.trainings.values() for what, pace in trained.trainer.laps.items()}
    return Checked(results, tuple(case.pictures), plans.CERTIFY if certify else training, paces)


def _counting(listen: Listener) -> Callable[[CheckResult, int], None]:
    count = 0

    def done(result: CheckResult, total: int) -> None:
        nonlocal count
        count += 1
        listen(Progress("checks", f"{result.id}: {result.outcome}", count, total))

    return done


def _known(submission: Submission, profile: Profile) -> dict[str, CheckResult] | None:
    """What is known of every line where nothing can be asked; None where it can.

    What nobody can read fails. What only a person can, a wrong course year, or a fault of ours, is no wrong
    answer: a person looks.
    """
    if submission.papers:
        help = f"Look at {', '.join(submission.papers[:5])}: grade it by hand, or ask for the notebook."
        return _every(profile, Outcome.ERROR, Reason(submission.problem, help=help))
    if submission.problem:
        return _every(profile, Outcome.FAILED, because("submission.unreadable", text=submission.problem))
    if submission.broke:
        help = "Grade it by hand, and report it."
        return _every(profile, Outcome.ERROR, Reason(submission.broke, help=help))
    if submission.another:
        help = "Ask for the right file, or grade with the profile of its course year."
        return _every(profile, Outcome.ERROR, Reason(submission.another, help=help))
    return None


def _every(profile: Profile, outcome: Outcome, reason: Reason) -> dict[str, CheckResult]:
    """The same of every line that is not a person's to judge."""
    lines = (line.id for line in profile.rubric.lines if not by_a_person(line.part))
    return {line: CheckResult(line, outcome, reason) for line in lines}
