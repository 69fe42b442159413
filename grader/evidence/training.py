"""Evidence about how a network learns: one run, and another where the first was a near miss."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import torch

from grader import __version__, ceiling
from grader.assignment import FCN32S
from grader.diagnosis.causes import because
from grader.errors import (
    Blocked,
    Fault,
    GraderError,
    Pending,
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
from grader.rubric import Scale
from grader.training import certify, kept, purity, speed, values
from grader.training.bands import Band, Calibration
from grader.training.calibrated import calibrated
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
IMPLAUSIBLE = 10.0  # times faster than the arithmetic of a step: honest ones take 1.3 to 2 floors
PATIENT = 60.0  # seconds, on any machine


class TrainingEvidence:
    """What training one network came to."""

    def __init__(
        self,
        network: ModelEvidence,
        plan: Plan | None,
        device: str,
        report: Listener,
        proving: Slice | None = None,
        scales: Mapping[str, Scale] | None = None,
        submission: Submission | None = None,
    ) -> None:
        """`proving` is the slice whose code a proof is about, None where none is to be tried.

        A long run of the same `submission` is gone on with where it was.

        `scales` say what a figure earns, by line, where the course year has its own cut-offs.
        """
        self.network, self._plan, self.device, self.report = network, plan, device, report
        self.proving = proving
        self.scales = scales or {}
        self.submission = submission
        self.stores: list[Store] = []  # of runs that came to their end
        self.broke_off = False
        self.remarks: list[str] = []
        self.laps: dict[str, float] = {}  # seconds

    @once
    def plan(self) -> Plan:
        """The plan; Pending where there is none."""
        if self._plan is None:
            raise Pending(f"{self.network.name} was not trained in this run")
        return self._plan

    @once
    def calibration(self) -> Calibration:
        """What right models reach; Pending where nobody measured it."""
        return calibrated(self.plan, self.network.subject.assignment(N_CLASS).conv("conv1_1").padding)

    @once
    def unproved(self) -> str:
        """Why it isn't known without training that the network learns as the reference; "" where it is."""
        if self.proving is None:
            return "no proof was asked for"
        if not self.is_right:
            return f"{self.network.name} isn't the reference's network"
        if doubt := purity.doubt(self.proving):
            return str(doubt)
        trained = self.network.train_trace.output
        if trained is None or (kept := certify.others(self.network.reading.output, trained)):
            return f"what it computes depends on {kept[0] if trained else 'what is unknown'}"
        if odd := certify.steps(self.network.reading, self.network.reading.output, trained):
            return odd
        self.report(Progress("training", f"{self.network.name}: comparing how it learns"))
        begun = time.monotonic()
        try:
            return self.network.learns_otherwise or certify.differs(
                self.network.subject.student,
                self._setting(certify.plan(self._plan.size if self._plan else 0), 0),
                self.network.reading,
                self._shapes,
            )
        except GraderError as error:
            return str(error)
        finally:
            self.laps[f"the proof for {self.network.name}"] = time.monotonic() - begun

    @once
    def first(self) -> Run:
        """The run that counts."""
        return self.run(0)

    @once
    def second(self) -> Run:
        """Another, on other pictures, from other weights."""
        return self.run(1)

    def band(self, line: str) -> Band:
        """Where right models end up; Pending where that is not known of this figure."""
        bands = self.calibration.bands.get(self.network.part, {})
        if line not in bands:
            raise Pending(f"what right models reach here by the plan {self.plan.name} is not known")
        return bands[line]

    def runs(self, line: str) -> tuple[Run, ...]:
        """The runs that this line is judged by: the second is made only where the first was a near miss.

        Every miss of a model that computes what the reference computes counts as near: it was bad luck.
        """
        figure = self.first.best.validation.figure(line)
        near = self.share(line, figure) > 0 if line in self.scales else self.band(line).near(figure)
        if self.share(line, figure) == 1 or not (near or self.is_right):
            return (self.first,)
        return (self.first, self.second)

    def share(self, line: str, figure: float) -> float:
        """Return the share of a line's points that a figure earns: by the course year's cut-offs, or all."""
        if line in self.scales:
            return self.scales[line].share(figure)
        return float(self.band(line).reached(figure))

    @once
    def is_right(self) -> bool:
        """Whether the model computes what the reference does, in train mode too, and all of it can learn."""
        try:
            same = self.network.is_reference and not self.network.findings
            return same and all(self.network.gradients.values())
        except GraderError:
            return False

    def impossible(self, runs: Sequence[Run]) -> str:
        """Return why the steps of these runs can't have been taken; "" where they can.

        Only of a network that computes what the reference does is it known how much arithmetic a step takes.
        """
        try:
            floor = self._floor() if self.network.is_reference else 0.0
        except GraderError:
            return ""
        took = min(run.step_seconds for run in runs)
        if took >= floor / IMPLAUSIBLE:
            return ""
        return f"a training step took {took:.2g} s, its arithmetic alone takes {floor:.2g} s on this machine"

    @once
    def charged(self) -> tuple[str, ...]:
        """The lines that already charge what keeps the network from learning."""
        try:
            lines = [*self.network.findings, *(["gradients"] if self.network.cut else [])]
        except GraderError:
            return ()
        return tuple(f"{self.network.part}.{line}" for line in lines)

    def run(self, attempt: int) -> Run:
        """Train once; every attempt has pictures and weights of its own. Raises Blocked and Fault."""
        plan = self.plan if self.scales else Plan(**self.calibration.plan)  # Pending: nothing could be said
        return self._train(plan, self._start(), attempt, "trained")

    @once
    def scratch(self) -> Run | None:
        """What the network learns from zero, where the plan has that: next to nothing, the lesson."""
        if not (self.plan.scratch_epochs and self.network.part == FCN32S.part):
            return None
        plan = replace(self.plan, epochs=self.plan.scratch_epochs)
        return self._train(plan, values.zero(self.network.reading, self._shapes), 0, "scratch")

    def _train(self, plan: Plan, start: values.Values, attempt: int, which: str) -> Run:
        network = self.network
        setting, shown = self._setting(plan, attempt), self._seed(attempt, "pictures")
        try:
            with self._kept(setting, attempt, which) as keeping:
                learned = pictures(plan, shown)
                run = train(network.subject.student, setting, start, learned, self._listener(), keeping)
        except StudentRaised as error:
            if self._of_the_card(error):
                raise Unverified(
                    Reason(f"training {network.name} on a card raises {error}", ELSEWHERE)
                ) from error
            raise _raised(network.name, error) from error
        except (StudentTimeout, StudentDied) as error:
            text = f"training {network.name} did not come to its end: {error}"
            if self.is_right:  # the reference's network comes to its end: this machine was short of something
                raise Unverified(Reason(text)) from error
            raise Fault(because("training.ended", network=network.name, text=text)) from error
        self.laps[f"a training step of {network.name}"] = run.step_seconds
        self.laps[f"the floor of a step of {network.name}"] = self._floor()
        return run

    def _of_the_card(self, error: StudentRaised) -> bool:
        """Whether what stops a run may be no fault where there is no card.

        A tensor that a forward pass makes is on the processor, and a card may have too little memory.
        """
        return self.device != "cpu" and (self.is_right or starved(error) or "device" in error.message.lower())

    def forget(self) -> None:
        """Remove what is kept of runs that came to their end."""
        for store in self.stores:
            store.drop()

    @contextmanager
    def _kept(self, setting: Setting, attempt: int, which: str) -> Iterator[Keeping | None]:
        """Where a long run is kept; one that the submission itself ended is dropped, unless it is right."""
        if self.submission is None or setting.plan.name not in ceiling.LONG:
            yield None
            return
        run, key = f"{setting.model}-{which}-{attempt}", self._key(setting, self.submission.slice)
        with kept.opened(self.submission.sha256, run, key, self._tell) as store:
            try:
                yield Keeping(store, self._shapes, setting.device) if store else None
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

    @property
    def _shapes(self) -> Mapping[str, tuple[int, ...]]:
        return self.network.read.shapes

    def _setting(self, plan: Plan, attempt: int) -> Setting:
        steps = self._seed(attempt, "steps")
        return Setting(self.network.name, plan, steps, self.device, self._step_limit())

    def _start(self) -> values.Values:
        return values.start(self.plan.weights, self.network.reading, self._shapes)

    def _seed(self, attempt: int, purpose: str) -> int:
        """Return the seed of the worker's steps, or that of the pictures, whose labels it must not know."""
        return derived(self.network.subject.seed, f"training/{attempt}/{purpose}")

    def _floor(self) -> float:
        size = (self.plan.size or 512,) * 2
        return speed.floor(self.network.subject.assignment(N_CLASS), size, self.device)

    def _step_limit(self) -> float:
        return max(PATIENT, SLOWEST * self._floor())

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
