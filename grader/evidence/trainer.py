"""Trains a network by a plan: what stops a run is told, and a long one is kept until the grading ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import torch

from grader import __version__, ceiling
from grader.diagnosis.causes import because
from grader.errors import (
    Blocked,
    Fault,
    GraderError,
    ProtocolError,
    StudentDied,
    StudentError,
    StudentRaised,
    StudentTimeout,
    Unverified,
    starved,
)
from grader.evidence.once import once
from grader.evidence.subject import N_CLASS
from grader.records.progress import REMARK, Listener, Progress
from grader.records.reason import Reason
from grader.records.submission import Slice, Submission
from grader.training import kept, speed, values
from grader.training.kept import Store
from grader.training.pictures import pictures
from grader.training.plans import Plan
from grader.training.results import Run
from grader.training.resuming import Keeping
from grader.training.run import Setting, train
from grader.wall.draws import derived

if TYPE_CHECKING:
    from grader.evidence.model import ModelEvidence

ELSEWHERE = "train it on the processor, where it may run: --device cpu"

SLOWEST = 40.0  # times the floor: a step that takes longer hangs, or belongs to another network
PATIENT = 60.0  # seconds, on any machine


class Trainer:
    """Trains one network, as often as it is asked."""

    def __init__(
        self, network: ModelEvidence, device: str, report: Listener, submission: Submission | None = None
    ) -> None:
        """A long run of the same `submission` is gone on with where it was."""
        self.network, self.device, self.report = network, device, report
        self.submission = submission
        self.stores: list[Store] = []  # of runs that came to their end
        self.broke_off = False
        self.remarks: list[str] = []
        self.laps: dict[str, float] = {}  # seconds

    @once
    def is_right(self) -> bool:
        """Whether the model computes what the reference does, in train mode too, and all of it can learn."""
        try:
            same = self.network.is_reference and not self.network.findings
            return same and all(self.network.gradients.values())
        except GraderError:
            return False

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Those of the model's parameters and buffers, by key."""
        return self.network.read.shapes

    def run(self, plan: Plan, start: values.Values, attempt: int, which: str) -> Run:
        """Train once; every attempt has pictures of its own. Raises Blocked, Fault and Unverified."""
        setting, shown = self.setting(plan, attempt), self.seed(attempt, "pictures")
        with self._told(), self._kept(setting, attempt, which) as keeping:
            learned = pictures(plan, shown)
            run = train(self.network.subject.student, setting, start, learned, self._listener(), keeping)
        self.laps[f"a training step of {self.network.name}"] = run.step_seconds
        self.laps[f"the floor of a step of {self.network.name}"] = self.floor(plan)
        return run

    def setting(self, plan: Plan, attempt: int) -> Setting:
        """Return how the worker is to train."""
        limit = max(PATIENT, SLOWEST * self.floor(plan))
        return Setting(self.network.name, plan, self.seed(attempt, "steps"), self.device, limit)

    def seed(self, attempt: int, purpose: str) -> int:
        """Return the seed of the worker's steps, or that of the pictures, whose labels it must not know."""
        return derived(self.network.subject.seed, f"training/{attempt}/{purpose}")

    def floor(self, plan: Plan) -> float:
        """Return how many seconds the arithmetic of a step takes here."""
        size = (plan.size or 512,) * 2
        return speed.floor(self.network.subject.assignment(N_CLASS), size, self.device)

    def forget(self) -> None:
        """Remove what is kept of runs that came to their end."""
        for store in self.stores:
            store.drop()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what stops a run into what is said of it."""
        name = self.network.name
        try:
            yield
        except StudentRaised as error:
            if self._of_the_card(error):
                raise Unverified(Reason(f"training {name} on a card raises {error}", ELSEWHERE)) from error
            raise _raised(name, error) from error
        except (StudentTimeout, StudentDied) as error:
            text = f"training {name} did not come to its end: {error}"
            if self.is_right:  # the reference's network comes to its end: this machine was short of something
                raise Unverified(Reason(text)) from error
            raise Fault(because("training.ended", network=name, text=text)) from error

    def _of_the_card(self, error: StudentRaised) -> bool:
        """Whether what stops a run may be no fault where there is no card.

        A tensor that a forward pass makes is on the processor, and a card may have too little memory.
        """
        return self.device != "cpu" and (self.is_right or starved(error) or "device" in error.message.lower())

    @contextmanager
    def _kept(self, setting: Setting, attempt: int, which: str) -> Iterator[Keeping | None]:
        """Where a long run is kept; one that the submission itself ended is dropped, unless it is right."""
        if self.submission is None or setting.plan.name not in ceiling.LONG:
            yield None
            return
        run, key = f"{setting.model}-{which}-{attempt}", self._key(setting, self.submission.slice)
        with kept.opened(self.submission.sha256, run, key, self._tell) as store:
            try:
                yield Keeping(store, self.shapes, setting.device) if store else None
            except BaseException as error:
                self.broke_off = not isinstance(error, StudentError | ProtocolError) or self.is_right
                if store and not self.broke_off:
                    store.drop()
                raise
            self.stores += [store] if store else []

    def _key(self, setting: Setting, code: Slice) -> dict[str, object]:
        """What must be the same for a run to go on; all of its seeds follow from the case's."""
        versions = {"torch": torch.__version__, "grader": __version__}
        of = {"seed": self.network.subject.seed, "code": kept.content(code)}
        return {**of, "plan": asdict(setting.plan), "device": setting.device, **versions}

    def _tell(self, words: str) -> None:
        """Remark something once: what keeps one epoch from being kept is true of the next, too."""
        if words in self.remarks:
            return
        self.remarks.append(words)
        self.report(Progress(REMARK, f"{self.network.name}: {words}"))

    def _listener(self) -> Callable[[int, int, float], None]:
        begun = time.monotonic()

        def tell(done: int, total: int, loss: float) -> None:
            left = (time.monotonic() - begun) / done * (total - done)
            words = f"{self.network.name}, loss {loss:.3f}, {left:.0f} s left"
            self.report(Progress("training", words, done, total))

        return tell


def _raised(name: str, error: StudentRaised) -> Fault | Blocked:
    if error.kind == "WrongOutputError":
        return Blocked(f"{name} can't be trained: its output has not the size of the labels, see shape")
    text = f"training {name} raises {error}"
    return Fault(because("training.raises", network=name, kind=error.kind, text=text, place=error.place))
