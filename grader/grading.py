"""One submission, from its files to its grade: the story, top to bottom."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from grader import __version__, ceiling, intake, profiles
from grader.assignment import NETWORKS
from grader.clock import Clock
from grader.diagnosis.causes import because
from grader.intake.code.definitions import home, wanted
from grader.intake.code.making import made_wrong
from grader.intake.code.showing import copying, shown
from grader.intake.files.unpack import name_of
from grader.profiles import Profile
from grader.profiles.naming import exchanged
from grader.records.grade import CheckResult, Grade, Outcome, Picture, Provenance
from grader.records.progress import Progress
from grader.records.reason import Place, Reason
from grader.records.submission import Submission
from grader.sandbox import isolation as isolations
from grader.sandbox.ladder import Isolation
from grader.sandbox.limits import USUAL, Limits
from grader.sandbox.parent import Parent
from grader.sandbox.process import Worker
from grader.scoring import by_a_person, score
from grader.wall.collecting import importing
from grader.wall.draws import derived

if TYPE_CHECKING:
    from grader.sandbox.student import Student

# Two processes share the cores: a thread that waits must sleep, not spin. Read once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Weights come and go by the half gigabyte: in large pages that takes half as long.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
# Torch imports its compiler for operations on the meta device, which makes a folder.
# Nothing is compiled here: one that is there will do.
os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())

SEEDS = 2**53  # too many to try all of them; JSON's numbers hold no more

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How to grade; `seed` None draws one, which the report tells."""

    training: str = "auto"
    seed: int | None = None
    device: str = "auto"
    isolation: str = "auto"
    profile: str = profiles.DEFAULT


@dataclass(frozen=True, slots=True)
class Together:
    """What the gradings of one class have in common: who forks their workers, what is drawn from, budgets."""

    parent: Parent | None = None
    seed: int | None = None
    limits: Limits = USUAL


class Judged(NamedTuple):
    """What the checks gave, what was drawn, the training plan that they ran, and the pace of its steps."""

    results: Mapping[str, CheckResult]
    pictures: tuple[Picture, ...] = ()
    training: str = "none"
    paces: Mapping[str, float] = {}


def grade(
    path: Path,
    options: Options = Options(),
    progress: Report = lambda _: None,
    together: Together = Together(),
) -> Grade:
    """Grade one submission; raises IsolationError where student code can't be held as asked."""
    clock, profile = Clock(), profiles.load(options.profile)
    with clock.lap("trying the isolation"):
        rung = isolations.choose(options.isolation, together.parent)
    device = device_of(options.device)
    progress(Progress("start", "starting the sandbox"))
    # It imports torch while the submission is read.
    with clock.lap("starting the worker"):
        worker = Worker(rung, together.limits, device=device, threads=_threads())
    clock.watch(lambda: worker.computed)
    try:
        progress(Progress("intake", "reading the submission"))
        with clock.lap("intake"):
            submission = _read(path, profile)
        seed = _seed(options.seed, together.seed)
        judged = _judge(submission, profile, worker, rung, device, seed, options, progress, clock)
    finally:
        worker.close()
    return _assemble(submission, profile, judged, rung.name, device, seed, clock)


def _read(path: Path, profile: Profile) -> Submission:
    """The submission; where our own reader breaks, or takes too much, a person reads it."""
    try:
        with ceiling.memory(), ceiling.until(time.monotonic() + ceiling.READING, "reading"):
            return intake.read(path, profile)
    except Exception as error:
        text = f"the grader broke where it read the submission: {type(error).__name__}: {error}"
        return Submission(name_of(path), "", broke=text[:500], typed=intake.typed(path))


def _seed(*wanted: int | None) -> int:
    """The first that is given, or a new one."""
    return next((seed for seed in wanted if seed is not None), secrets.randbelow(SEEDS))


def _threads() -> int:
    """As many as this process may use cores: in a class each submission has its own."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def device_of(wanted: str) -> str:
    """Return the device that is meant: with "auto" the best that there is."""
    if wanted != "auto":
        return wanted
    return "cuda" if Path("/dev/nvidiactl").exists() else "cpu"


def _judge(
    submission: Submission,
    profile: Profile,
    worker: Worker,
    rung: Isolation,
    device: str,
    seed: int,
    options: Options,
    progress: Report,
    clock: Clock,
) -> Judged:
    if submission.problem:
        return Judged(_nothing_to_judge(submission.problem, profile))
    if submission.broke:
        return Judged(_for_a_person(submission.broke, "Grade it by hand, and report it.", profile))
    if submission.another:
        help = "Ask for the right file, or grade with the profile of its course year."
        return Judged(_for_a_person(submission.another, help, profile))
    with clock.lap("libraries"), importing():
        from grader.sandbox.student import Student

    student = Student(
        submission.slice,
        isolation=rung,
        limits=worker.limits,
        device=device,
        seed=derived(seed, "worker"),
        threads=_threads(),
        worker=worker,
    )
    clock.watch(lambda: student.computed)
    with clock.lap("ending the worker"), student:
        return _checked(submission, profile, student, worker, device, seed, options, progress, clock)


def _checked(
    submission: Submission,
    profile: Profile,
    student: Student,
    worker: Worker,
    device: str,
    seed: int,
    options: Options,
    progress: Report,
    clock: Clock,
) -> Judged:
    with clock.lap("libraries"), importing():
        from grader import judging
        from grader.evidence.ahead import ahead
        from grader.evidence.case import Case
        from grader.reports import rendering
        from grader.training import plans

    progress(Progress("load", "running the slice of the submission"))
    known = plans.load(profile)
    training = plans.resolve(options.training, device, known)
    plan = plans.choose(training, known)
    certify = plans.proves(options.training)
    case = Case(submission, student, seed, plan, device, progress, certify, profile=profile)
    with clock.lap("ahead of the worker"):
        ahead(case, lambda: worker.starting, first=rendering.prepare)
    with clock.lap("checks"):
        results = judging.run(case, _counting(progress), seconds=ceiling.seconds(training), lap=clock.lap)
    case.release()
    paces = {what: pace for trained in case.trainings.values() for what, pace in trained.laps.items()}
    return Judged(results, tuple(case.pictures), plans.CERTIFY if certify else training, paces)


def _counting(progress: Report) -> Callable[[CheckResult, int], None]:
    count = 0

    def done(result: CheckResult, total: int) -> None:
        nonlocal count
        count += 1
        progress(Progress("checks", f"{result.id}: {result.outcome}", count, total))

    return done


def _nothing_to_judge(problem: str, profile: Profile) -> dict[str, CheckResult]:
    """Fail every line that could have been earned, for the one reason that the submission can't be read."""
    reason = because("submission.unreadable", text=problem)
    return {line: CheckResult(line, Outcome.FAILED, reason) for line in _judged(profile)}


def _for_a_person(why: str, help: str, profile: Profile) -> dict[str, CheckResult]:
    """Give every line to a person: a wrong file, a wrong course year, a fault of ours is no wrong answer."""
    reason = Reason(why, help=help)
    return {line: CheckResult(line, Outcome.ERROR, reason) for line in _judged(profile)}


def _judged(profile: Profile) -> list[str]:
    return [line.id for line in profile.rubric.lines if not by_a_person(line.part)]


def _assemble(
    submission: Submission,
    profile: Profile,
    judged: Judged,
    isolation: str,
    device: str,
    seed: int,
    clock: Clock,
) -> Grade:
    rubric = profile.rubric
    placed = {id: at_home(result, submission) for id, result in judged.results.items()}
    quoted = {id: quoting(result, submission.texts) for id, result in placed.items()}
    parts, checks = score(rubric, {id: _told(result, profile.names) for id, result in quoted.items()})
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
        pictures=judged.pictures,
        profile=profile.word,
        provenance=_provenance(submission, rubric.sha256, judged, isolation, device, seed, clock),
    )


def _provenance(
    submission: Submission,
    rubric_sha256: str,
    judged: Judged,
    isolation: str,
    device: str,
    seed: int,
    clock: Clock,
) -> Provenance:
    laps = clock.laps
    return Provenance(
        submission_sha256=submission.sha256,
        grader=__version__,
        rubric_sha256=rubric_sha256,
        seed=seed,
        torch=_torch_version(),
        device=device,
        isolation=isolation,
        seconds=round(clock.seconds, 2),
        training=judged.training,
        timings=_rounded({stage: spent.wall for stage, spent in laps.items()} | dict(judged.paces)),
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
    from grader.training import scratch

    padding, n_class = profile.padding, profile.n_class
    runs = (replace(run, beside=scratch.beside(run, padding, n_class)) for run in submission.saved.runs)
    return replace(submission, saved=replace(submission.saved, runs=tuple(runs)))


def _torch_version() -> str:
    from importlib.metadata import version

    return version("torch")


def at_home(result: CheckResult, submission: Submission) -> CheckResult:
    """Give a fault the line that shows it, else the one it was found at, else where its subject is defined,
    or should be."""
    if result.outcome is not Outcome.FAILED:
        return result
    slice, texts, reason = submission.slice, submission.texts, result.reason
    place = (
        shown(slice, result.id.partition(".")[2], reason.cause)
        or _copied_at(result, submission)
        or reason.place
        or home(slice, result.id)
        or wanted(texts, slice, result.id)
    )
    return replace(result, reason=replace(reason, place=place))


def _copied_at(result: CheckResult, submission: Submission) -> Place | None:
    """The line that copies, where nothing tells it but the cell that calls it."""
    place, cause = result.reason.place, result.reason.cause
    network = NETWORKS.get(result.id.partition(".")[0])
    if network is None or cause is None or cause.id != "copy.missing" or place is None:
        return None
    rows = submission.texts.get(place.label, "").split("\n")
    row = rows[place.line - 1] if 0 < place.line <= len(rows) else ""
    calls = "vgg" in row.lower() or ".to(" in row or f"{network.name}(" in row
    return copying(submission.slice, network.name) if calls and "def " not in row else None


def quoting(result: CheckResult, texts: Mapping[str, str]) -> CheckResult:
    """Move a place to the line where the fault was made, and add the student's own code."""
    place = made_wrong(result.reason, texts)
    lines = texts.get(place.label, "").replace("\r\n", "\n").replace("\r", "\n").split("\n") if place else []
    if place is None:
        return result
    code = lines[place.line - 1].strip()[:300] if 0 < place.line <= len(lines) else place.code
    quoted = Place(place.label, place.line, code)
    return replace(result, reason=replace(result.reason, place=quoted))
