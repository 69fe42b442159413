"""A case: one submission with all the evidence about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grader import profiles
from grader.assignment import CAM, GRADCAM
from grader.evidence.cam import CamEvidence
from grader.evidence.gradcam import GradEvidence
from grader.evidence.model import Evaluators, ModelEvidence
from grader.evidence.subject import Subject
from grader.evidence.trainer import Trainer
from grader.evidence.training import TrainingEvidence
from grader.evidence.witness import Witness
from grader.profiles import Profile
from grader.records.grade import Picture
from grader.records.progress import Listener
from grader.records.reason import Reason
from grader.records.submission import Submission
from grader.rubric import Scale
from grader.sandbox.student import Student
from grader.training import bands
from grader.training.plans import Plan
from grader.wall.draws import derived
from reference.kit import __file__ as KIT


@dataclass
class Case:
    """One submission under judgement; `pictures` are drawn by checks for the report."""

    submission: Submission
    student: Student
    seed: int
    plan: Plan | None = None  # of the training run
    device: str = "cpu"
    report: Listener = lambda _: None
    certify: bool = False  # whether to train only what isn't proved to learn
    lacks: Mapping[str, Reason] = field(default_factory=dict)  # by target: a library that isn't installed
    pictures: list[Picture] = field(default_factory=list)
    profile: Profile = field(default_factory=profiles.load)
    evaluators: Evaluators = field(default_factory=dict)

    def release(self) -> None:
        """Free the gigabyte of weights that judging needed; pytest keeps the case itself alive.

        Runs that are kept on disk are kept until all of them came to their end.
        """
        for evaluator in self.evaluators.values():
            evaluator.forget()
        if not any(trained.trainer.broke_off for trained in self.trainings.values()):
            for trained in self.trainings.values():
                trained.trainer.forget()

    def make_room(self) -> None:
        """Drop what can be computed again."""
        for evaluator in self.evaluators.values():
            evaluator.forget(given=False)

    @cached_property
    def witness(self) -> Witness:
        """The submission as it is asked."""
        return Witness(self.student, self.submission, self.lacks)

    @cached_property
    def networks(self) -> dict[str, ModelEvidence]:
        """The networks that are asked for, by part."""
        tables = (self.profile.table(network) for network in self.profile.networks)
        subjects = (Subject(self.witness, table, self.seed) for table in tables)
        return {subject.part: ModelEvidence(subject, self.evaluators) for subject in subjects}

    @cached_property
    def trainings(self) -> dict[str, TrainingEvidence]:
        """What these networks learn, by part."""
        proving = self.submission.slice if self.certify else None
        return {
            part: TrainingEvidence(
                Trainer(network, self.device, self.report, self.submission),
                *(self.plan, proving, self._scales(part)),
            )
            for part, network in self.networks.items()
        }

    def _scales(self, part: str) -> dict[str, Scale]:
        """What the figures of a network's training earn by the year's own cut-offs, if it has some."""
        lines = ((line, self.profile.lines.get(f"{part}.training_{line}")) for line in bands.LINES)
        plan = self.plan.name if self.plan else ""
        return {name: line.scales[plan] for name, line in lines if line and plan in line.scales}

    @cached_property
    def cam(self) -> CamEvidence:
        """Part 4."""
        return CamEvidence(
            self.witness, derived(self.seed, CAM), labels(), self.profile.map, self.submission.slice
        )

    @cached_property
    def gradcam(self) -> GradEvidence:
        """Grad-CAM."""
        return GradEvidence(self.witness, derived(self.seed, GRADCAM), self.profile.map)


def labels() -> tuple[str, ...]:
    """Return the 1000 names that the kit's files hold."""
    return tuple(json.loads(Path(KIT).with_name("files").joinpath("imagenet-simple-labels.json").read_text()))
