"""Runs: what each is given, what is said of one that stops, and which are kept."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.checks.training import judge
from grader.errors import Blocked, Fault, ProtocolError, StudentDied, StudentRaised, Unverified
from grader.evidence import trainer
from grader.evidence.case import Case
from grader.records.progress import REMARK, Progress
from grader.records.submission import Chunk, Module, Slice, Submission
from grader.training import kept
from grader.training.plans import Plan
from grader.training.results import Run, Standing
from tests.grader.evidence.learning import COUNTING, KNOWN, PLAN, evidence, ran


def test_pictures_and_steps_have_seeds_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker is told for its steps does not give the pictures' labels."""
    told: list[int] = []
    shown: list[int] = []

    def train(student: object, setting: Any, *_: object) -> Run:
        told.append(setting.seed)
        return ran(0.7)

    found = evidence(monkeypatch, train=train)
    monkeypatch.setattr(trainer, "pictures", lambda plan, seed: shown.append(seed))
    found.first, found.second

    assert len({3, *told, *shown}) == 5


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
    found.trainer.submission = Submission("x", "5a" * 32, slice=CODE)
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
    found.trainer.report = said.append
    found.first

    for _ in range(2):
        given[0].store.tell("it goes on")

    assert said == [Progress(REMARK, "FCN8s: it goes on")]


def test_every_run_has_a_store_of_its_own(monkeypatch: pytest.MonkeyPatch, cache: None) -> None:
    """The second after a near miss, and that of another submission."""
    found, given = kept_by(monkeypatch, finished)
    found.first, found.second
    other, more = kept_by(monkeypatch, finished)
    other.trainer.submission = Submission("y", "5b" * 32, slice=CODE)
    other.first

    assert len({keeping.store.folder for keeping in (*given, *more)}) == 3


def test_a_mended_submission_has_other_runs(monkeypatch: pytest.MonkeyPatch, cache: None) -> None:
    """Its files are the same, its code is not; and the seed of the run is the case's."""
    found, given = kept_by(monkeypatch, finished)
    found.first
    mended, more = kept_by(monkeypatch, finished)
    mended.trainer.submission = Submission("x", "5a" * 32, slice=COUNTING)
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
    assert found.trainer.broke_off == stays


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
