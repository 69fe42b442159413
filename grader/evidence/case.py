"""A case: one submission with all the evidence about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.evidence.cam import CamEvidence
from grader.evidence.model import ModelEvidence
from grader.evidence.witness import Witness
from grader.network.evaluate import Evaluator
from grader.records import Picture, Submission
from grader.sandbox.student import Student
from reference.architecture import fcn8s, fcn32s
from reference.kit import __file__ as KIT


@dataclass
class Case:
    """One submission under judgement; `pictures` are drawn by checks for the report."""

    submission: Submission
    student: Student
    seed: int
    training: str = "none"
    pictures: list[Picture] = field(default_factory=list)
    _evaluators: dict[Any, Evaluator] = field(default_factory=dict)

    def release(self) -> None:
        """Free the gigabyte of weights that judging needed; pytest keeps the case itself alive."""
        for evaluator in self._evaluators.values():
            evaluator.forget()

    @cached_property
    def witness(self) -> Witness:
        """The submission as it is asked."""
        return Witness(self.student, self.submission)

    @cached_property
    def networks(self) -> dict[str, ModelEvidence]:
        """The two networks, by part."""
        first = ModelEvidence(self.witness, fcn32s, self.seed, self._evaluators)
        return {
            "fcn32s": first,
            "fcn8s": ModelEvidence(self.witness, fcn8s, self.seed, self._evaluators, first),
        }

    @cached_property
    def cam(self) -> CamEvidence:
        """Part 4."""
        return CamEvidence(self.witness, self.seed, labels())


def labels() -> tuple[str, ...]:
    """Return the 1000 names that the kit's files hold."""
    return tuple(json.loads(Path(KIT).with_name("files").joinpath("imagenet-simple-labels.json").read_text()))
