"""What a training run is worth: thresholds, a second run after a near miss, and what is said of a failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.checks.training import judge
from grader.errors import Blocked, Fault, Pending, ProtocolError, StudentDied, StudentRaised, Unverified
from grader.evidence import training
from grader.evidence.case import Case
from grader.evidence.curves import drawn
from grader.evidence.training import TrainingEvidence
from grader.network.graph import INPUT
from grader.records.progress import REMARK, Progress
from grader.records.submission import Chunk, Module, SavedEvidence, Slice, Submission
from grader.rubric import Scale
from grader.training import bands, certify, kept, values
from grader.training.bands import Band, Calibration
from grader.training.plans import Plan
from grader.training.results import Judged, Point, Run, Shown, Standing
from reference.architecture import fcn8s
from reference.metrics import Scores

PLAN = Plan("tiny", "mosaic", "matched", 4, 2, 2, 3, size=32)
BAND = Band(mean=0.8, deviation=0.05, threshold=0.6)
BANDS = {"fcn8s": {"accuracy": BAND, "loss": Band(mean=0.7, deviation=0.1, threshold=1.2)}}
KNOWN = Calibration(asdict(PLAN), "here", 12, BANDS, {})
PICTURE = np.zeros((4, 4, 3), np.uint8)

COUNTING = Slice((Module("submission", (Chunk("cell 1", 1, "def f():\n    global n\n"),)),))


def ran(accuracy: float, loss: float = 0.5, broke: str = "", classes: Sequence[int] = (0, 1)) -> Run:
    """A run that ended with these figures and says these classes."""
    points = tuple(
        Point(epoch, 1.0, Judged(loss + start, Scores(accuracy - start / 10, 0.5, ())))
        for epoch, start in ((0, 2.0), (1, 0.0))
    )
    said = np.array([classes], np.uint8)
    shown = Shown(PICTURE, said, said)
    return Run(points, points[-1], points[-1].validation, (shown,), "cpu", 0.1, broke)


def evidence(
    monkeypatch: pytest.MonkeyPatch, *runs: Run, right: bool = False, **how: Any
) -> TrainingEvidence:
    """Evidence of a network whose runs come out so."""
    monkeypatch.setattr(bands, "load", lambda name: how.get("known", KNOWN))
    network = SimpleNamespace(
        name="FCN8s",
        part="fcn8s",
        is_reference=right,
        findings=how.get("findings", {}),
        gradients={"a": True},
        cut=how.get("cut", []),
        learns_otherwise=how.get("wide", ""),
        reading=SimpleNamespace(output=INPUT),
        train_trace=SimpleNamespace(output=INPUT),
        read=SimpleNamespace(shapes={}),
        evaluator=SimpleNamespace(forget=lambda: None),
        subject=SimpleNamespace(student=None, assignment=fcn8s, seed=3),
    )
    made = TrainingEvidence(
        network,  # type: ignore[arg-type]  # in a network's place
        how.get("plan", PLAN),
        how.get("device", "cpu"),
        lambda progress: None,
        how.get("proving"),
    )
    monkeypatch.setattr(certify, "steps", lambda *_: how.get("odd", ""))
    left = list(runs)
    monkeypatch.setattr(TrainingEvidence, "_start", lambda self: values.Values({}, {}))
    monkeypatch.setattr(TrainingEvidence, "_floor", lambda self: 1.0)
    monkeypatch.setattr(training, "pictures", lambda plan, seed: None)
    monkeypatch.setattr(training, "train", how.get("train", lambda *_: left.pop(0)))
    return made


def test_a_figure_that_reaches_its_threshold_earns_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above it for accuracy, below it for the loss; one run is enough."""
    found = evidence(monkeypatch, ran(0.61, loss=1.19))

    judge(found, "accuracy")
    judge(found, "loss")


def test_a_near_miss_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """On other pictures; the better run counts."""
    judge(evidence(monkeypatch, ran(0.58), ran(0.7)), "accuracy")

    with pytest.raises(Fault, match="pixel accuracy on pictures it never saw went from"):
        judge(evidence(monkeypatch, ran(0.58), ran(0.59)), "accuracy")


def test_a_far_miss_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is expected stands beside what came out, with the spread and the number of seeds."""
    with pytest.raises(Fault) as raised:
        judge(evidence(monkeypatch, ran(0.3)), "accuracy")

    assert raised.value.reason.expected == "at least 0.600; right models reach 0.800 ± 0.050 (12 seeds)"
    assert raised.value.reason.actual == "validation 0.300, test 0.300"


def test_the_reference_itself_is_never_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that computes what the reference computes had bad luck: a second run, then a person."""
    judge(evidence(monkeypatch, ran(0.2), ran(0.7), right=True), "accuracy")

    with pytest.raises(Unverified, match="computes what the reference computes, and yet"):
        judge(evidence(monkeypatch, ran(0.2), ran(0.2), right=True), "accuracy")


def test_steps_far_under_their_arithmetic_are_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the reference's network it is known how long a step takes at least; a hundredth is not believed."""
    with pytest.raises(Unverified, match=r"a training step took 0.01 s, its arithmetic alone takes 1 s"):
        judge(evidence(monkeypatch, replace(ran(0.7), step_seconds=0.01), right=True), "accuracy")

    judge(evidence(monkeypatch, replace(ran(0.7), step_seconds=0.01)), "accuracy")


def test_pictures_and_steps_have_seeds_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker is told for its steps does not give the pictures' labels."""
    told: list[int] = []
    shown: list[int] = []

    def train(student: object, setting: Any, *_: object) -> Run:
        told.append(setting.seed)
        return ran(0.7)

    found = evidence(monkeypatch, train=train)
    monkeypatch.setattr(training, "pictures", lambda plan, seed: shown.append(seed))
    found.first, found.second

    assert len({3, *told, *shown}) == 5


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"findings": {"conv1": [], "crop": []}}, "in 4 steps, see fcn8s.conv1 and fcn8s.crop$"),
        ({"cut": ["conv1_1.weight"]}, "in 4 steps, see fcn8s.gradients$"),
    ],
)
def test_what_another_line_charges_is_no_second_fault(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], words: str
) -> None:
    """A network that a known fault keeps from learning has one fault; the run names its line."""
    with pytest.raises(Blocked, match=words):
        judge(evidence(monkeypatch, ran(0.1), **how), "accuracy")


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            ran(0.1, broke="the training loss became nan in epoch 1"),
            "broke off: the training loss became nan",
        ),
        (ran(0.1, classes=(1, 1)), "does not learn: it says `facade` of every pixel"),
        (ran(0.1), r"in 4 steps"),
    ],
)
def test_every_way_to_fail_has_its_words(monkeypatch: pytest.MonkeyPatch, run: Run, words: str) -> None:
    """Divergence, one class for all, and learning too little are different faults."""
    with pytest.raises(Fault, match=words):
        judge(evidence(monkeypatch, run), "accuracy")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (StudentRaised("WrongOutputError", "(1, 3, 8, 8) in", None), Blocked, "not the size of the labels"),
        (StudentRaised("ValueError", "no", None), Fault, "training FCN8s raises ValueError: no"),
        (StudentDied("killed: it used more than 8 GiB"), Fault, "did not come to its end: killed"),
    ],
)
def test_what_stops_a_run_is_told(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception], words: str
) -> None:
    """An output of the wrong size was paid for; what raises or dies is a fault of this line."""

    def train(*_: object) -> Run:
        raise error

    with pytest.raises(kind, match=words):
        judge(evidence(monkeypatch, train=train), "accuracy")


def test_the_reference_that_is_killed_is_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs no more than others do: the machine was short of memory or time."""

    def train(*_: object) -> Run:
        raise StudentDied("killed")

    with pytest.raises(Unverified, match="did not come to its end: killed"):
        judge(evidence(monkeypatch, train=train, right=True), "accuracy")


TWO = StudentRaised(
    "RuntimeError", "Expected all tensors to be on the same device, but found cuda:0 and cpu!"
)
FULL = StudentRaised("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2 GiB")
OTHER = StudentRaised("ValueError", "no")


@pytest.mark.parametrize(
    ("error", "device", "right", "kind"),
    [
        (TWO, "cuda", False, Unverified),
        (FULL, "cuda", False, Unverified),
        (OTHER, "cuda", True, Unverified),
        (OTHER, "cuda", False, Fault),
        (TWO, "cpu", False, Fault),
        (OTHER, "cpu", True, Fault),
    ],
)
def test_what_only_a_card_may_stop_is_for_a_person(
    monkeypatch: pytest.MonkeyPatch, error: Exception, device: str, right: bool, kind: type[Exception]
) -> None:
    """A forward pass that makes a tensor of its own runs on a processor, and so may have been handed in."""

    def train(*_: object) -> Run:
        raise error

    with pytest.raises(kind, match=r"training FCN8s (on a card )?raises"):
        judge(evidence(monkeypatch, train=train, device=device, right=right), "accuracy")


def test_a_figure_without_a_threshold_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss of the course's own recipe was never recorded."""
    with pytest.raises(Pending, match="is not known"):
        judge(evidence(monkeypatch, ran(0.7)), "iou")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"plan": None}, "was not trained in this run"),
        ({"known": None}, "has not been calibrated"),
        ({"known": Calibration({"name": "tiny"}, "here", 12, BANDS, {})}, "calibrated before it was changed"),
    ],
)
def test_without_thresholds_nothing_is_judged(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], words: str
) -> None:
    """Not trained, not calibrated, or calibrated for another recipe: the line waits."""
    with pytest.raises(Pending, match=words):
        judge(evidence(monkeypatch, **how), "accuracy")


PROVED: dict[str, Any] = {"right": True, "proving": Slice()}


def test_a_network_that_is_proved_to_learn_is_not_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lines are earned without a run."""
    monkeypatch.setattr(certify, "differs", lambda *_: "")
    found = evidence(monkeypatch, **PROVED)

    judge(found, "accuracy")
    judge(found, "loss")
    assert found.unproved == ""


def test_a_proof_needs_no_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody measured right models, there is no picture of them; the lines are earned."""
    monkeypatch.setattr(certify, "differs", lambda *_: "")
    found = evidence(monkeypatch, known=None, **PROVED)

    assert drawn(found, SavedEvidence()) == []
    judge(found, "loss")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"right": True}, "no proof was asked for"),
        ({**PROVED, "right": False}, "FCN8s isn't the reference's network"),
        ({**PROVED, "proving": COUNTING}, "`global` (cell 1, line 2)"),
        ({**PROVED, "odd": "it takes other steps"}, "it takes other steps"),
        ({**PROVED, "wide": "in train mode"}, "in train mode"),
        (PROVED, "the gradient of fc6.weight differs"),
    ],
)
def test_every_other_one_is(monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], why: str) -> None:
    """Not asked, not right, code that may change, another output or gradient: that is why it is trained."""
    monkeypatch.setattr(certify, "differs", lambda *_: "the gradient of fc6.weight differs")
    found = evidence(monkeypatch, ran(0.61, loss=1.19), **how)

    judge(found, "accuracy")
    assert found.unproved == why


SLOPE = Scale(((0.5, 0.0), (0.7, 100.0)), linear=True)


def scaled(monkeypatch: pytest.MonkeyPatch, *runs: Run, **how: Any) -> TrainingEvidence:
    """Evidence where the accuracy of this plan earns a share."""
    found = evidence(monkeypatch, *runs, **how)
    found.scales = {"accuracy": SLOPE}
    return found


@pytest.mark.parametrize("known", [KNOWN, None])
def test_a_years_own_cut_offs_count(monkeypatch: pytest.MonkeyPatch, known: Calibration | None) -> None:
    """The better of two runs; thresholds that were measured aren't asked, and right models are shown."""
    found = scaled(monkeypatch, ran(0.55), ran(0.65), known=known)
    with pytest.raises(Fault) as caught:
        judge(found, "accuracy")

    assert caught.value.share == pytest.approx(0.75)
    assert caught.value.reason.actual == "validation 0.650, test 0.650: 75 % of the points"
    shown = "; right models reach 0.800 ± 0.050 (12 seeds)" if known else ""
    assert caught.value.reason.expected == f"0 % from 0.5, 100 % from 0.7 on a line between them{shown}"
    judge(scaled(monkeypatch, ran(0.7)), "accuracy")


def test_a_share_of_a_fault_paid_elsewhere_is_earned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is blocked, and names the line that pays."""
    found = scaled(monkeypatch, ran(0.6), ran(0.6), findings={"crop": []})
    with pytest.raises(Blocked) as caught:
        judge(found, "accuracy")
    assert caught.value.share == pytest.approx(0.5)


def test_the_reference_itself_waits_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is missing."""
    with pytest.raises(Unverified):
        judge(scaled(monkeypatch, ran(0.69), ran(0.69), right=True), "accuracy")


LONG = replace(PLAN, name="full-edges")
CODE = Slice((Module("submission", (Chunk("cell 1", 1, "a = 1\n"),)),))


def kept_by(monkeypatch: pytest.MonkeyPatch, train: Any, plan: Plan = LONG, right: bool = False) -> Any:
    """Evidence whose runs are kept where the plan is long, and what each was given to keep it."""
    given: list[Any] = []

    def trained(*arguments: Any) -> Run:
        given.append(arguments[-1])
        done: Run = train(*arguments)
        return done

    known = replace(KNOWN, plan=asdict(plan))
    found = evidence(monkeypatch, train=trained, plan=plan, known=known, right=right)
    found.submission = Submission("x", "5a" * 32, slice=CODE)
    return found, given


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def finished(*arguments: Any) -> Run:
    """A run that came to its end, and was kept."""
    done = ran(0.7)
    if arguments[-1]:
        standing = Standing(done.points, done.shown, 1, 1.0)
        arguments[-1].finish(standing, done.test, "")
    return done


def broken(error: BaseException) -> Any:
    """A run that was kept before it broke off."""

    def train(*arguments: Any) -> Run:
        finished(*arguments)
        raise error

    return train


def test_only_a_long_run_is_kept(monkeypatch: pytest.MonkeyPatch, cache: None) -> None:
    """A minute's work isn't worth a gigabyte."""
    short, given = kept_by(monkeypatch, finished, PLAN)
    short.first
    assert given == [None]

    long, given = kept_by(monkeypatch, finished)
    long.first
    assert given[0].store.read() is not None


def test_what_is_to_be_told_of_a_kept_run_is_a_remark(monkeypatch: pytest.MonkeyPatch, cache: None) -> None:
    """With the network's name, and once: a full disk is full after each epoch."""
    found, given = kept_by(monkeypatch, finished)
    said: list[Progress] = []
    found.report = said.append
    found.first

    for _ in range(2):
        given[0].store.tell("it goes on")

    assert said == [Progress(REMARK, "FCN8s: it goes on")]


def test_every_run_has_a_store_of_its_own(monkeypatch: pytest.MonkeyPatch, cache: None) -> None:
    """The second after a near miss, and that of another submission."""
    found, given = kept_by(monkeypatch, finished)
    found.first, found.second
    other, more = kept_by(monkeypatch, finished)
    other.submission = Submission("y", "5b" * 32, slice=CODE)
    other.first

    assert len({keeping.store.folder for keeping in (*given, *more)}) == 3


def test_a_mended_submission_has_other_runs(monkeypatch: pytest.MonkeyPatch, cache: None) -> None:
    """Its files are the same, its code is not; and the seed of the run is the case's."""
    found, given = kept_by(monkeypatch, finished)
    found.first
    mended, more = kept_by(monkeypatch, finished)
    mended.submission = Submission("x", "5a" * 32, slice=COUNTING)
    mended.first

    assert given[0].store.folder == more[0].store.folder
    assert given[0].store.key != more[0].store.key
    assert given[0].store.key["seed"] == 3 == kept.begun("5a" * 32)


@pytest.mark.parametrize(
    ("error", "right", "stays"),
    [
        (StudentRaised("KeyError", "1"), False, False),
        (StudentDied("killed"), False, False),
        (ProtocolError("lies"), False, False),
        (StudentDied("killed"), True, True),
        (Unverified("the time is used up"), False, True),
        (KeyboardInterrupt(), False, True),
    ],
)
def test_what_a_submission_ended_is_not_gone_on_with(
    monkeypatch: pytest.MonkeyPatch, cache: None, error: BaseException, right: bool, stays: bool
) -> None:
    """It would have as many tries as it has luck; what the machine or a person ended goes on."""
    found, given = kept_by(monkeypatch, broken(error), right=right)

    with pytest.raises((Fault, Blocked, Unverified, ProtocolError, KeyboardInterrupt)):
        found.first

    assert (given[0].store.read() is not None) == stays
    assert found.broke_off == stays


def test_a_finished_run_is_kept_until_the_other_is(monkeypatch: pytest.MonkeyPatch, cache: None) -> None:
    """Else a grading that goes on would train the first network again."""
    done, given = kept_by(monkeypatch, finished)
    done.first
    cut, _ = kept_by(monkeypatch, broken(Unverified("the time is used up")))
    with pytest.raises(Unverified):
        cut.first
    case = Case(Submission("x", ""), SimpleNamespace(), 0)  # type: ignore[arg-type]  # in a student's place

    case.__dict__["trainings"] = {"fcn32s": done, "fcn8s": cut}
    case.release()
    assert given[0].store.read() is not None

    case.__dict__["trainings"] = {"fcn32s": done}
    case.release()
    assert given[0].store.read() is None
