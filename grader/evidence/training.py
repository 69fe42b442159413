"""Evidence about how a network learns: one run, and another where the first was a near miss."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.assignment import FCN32S
from grader.errors import GraderError, Pending
from grader.evidence.once import once
from grader.evidence.subject import N_CLASS
from grader.evidence.trainer import Trainer
from grader.records.progress import Progress
from grader.records.submission import Slice
from grader.rubric import Scale
from grader.training import certify, purity, values
from grader.training.bands import Band, Calibration
from grader.training.calibrated import calibrated
from grader.training.plans import Plan
from grader.training.results import Run

IMPLAUSIBLE = 10.0  # times faster than the arithmetic of a step: honest ones take 1.3 to 2 floors


class TrainingEvidence:
    """What training one network came to."""

    def __init__(
        self,
        trainer: Trainer,
        plan: Plan | None,
        proving: Slice | None = None,
        scales: Mapping[str, Scale] | None = None,
    ) -> None:
        """`proving` is the slice whose code a proof is about, None where none is to be tried.

        `scales` say what a figure earns, by line, where the course year has its own cut-offs.
        """
        self.trainer, self.network, self._plan = trainer, trainer.network, plan
        self.proving = proving
        self.scales = scales or {}

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
        if not self.trainer.is_right:
            return f"{self.network.name} isn't the reference's network"
        if doubt := purity.doubt(self.proving):
            return str(doubt)
        trained = self.network.train_trace.output
        if trained is None or (kept := certify.others(self.network.reading.output, trained)):
            return f"what it computes depends on {kept[0] if trained else 'what is unknown'}"
        if odd := certify.steps(self.network.reading, self.network.reading.output, trained):
            return odd
        self.trainer.report(Progress("training", f"{self.network.name}: comparing how it learns"))
        begun = time.monotonic()
        try:
            return self.network.learns_otherwise or certify.differs(
                self.network.subject.student,
                self.trainer.setting(certify.plan(self._plan.size if self._plan else 0), 0),
                self.network.reading,
                self.trainer.shapes,
            )
        except GraderError as error:
            return str(error)
        finally:
            self.trainer.laps[f"the proof for {self.network.name}"] = time.monotonic() - begun

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
        if self.share(line, figure) == 1 or not (near or self.trainer.is_right):
            return (self.first,)
        return (self.first, self.second)

    def share(self, line: str, figure: float) -> float:
        """Return the share of a line's points that a figure earns: by the course year's cut-offs, or all."""
        if line in self.scales:
            return self.scales[line].share(figure)
        return float(self.band(line).reached(figure))

    def impossible(self, runs: Sequence[Run]) -> str:
        """Return why the steps of these runs can't have been taken; "" where they can.

        Only of a network that computes what the reference does is it known how much arithmetic a step takes.
        """
        try:
            floor = self.trainer.floor(self.plan) if self.network.is_reference else 0.0
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
        start = values.start(self.plan.weights, self.network.reading, self.trainer.shapes)
        return self.trainer.run(plan, start, attempt, "trained")

    @once
    def scratch(self) -> Run | None:
        """What the network learns from zero, where the plan has that: next to nothing, the lesson."""
        if not (self.plan.scratch_epochs and self.network.part == FCN32S.part):
            return None
        plan = replace(self.plan, epochs=self.plan.scratch_epochs)
        start = values.zero(self.network.reading, self.trainer.shapes)
        return self.trainer.run(plan, start, 0, "scratch")
