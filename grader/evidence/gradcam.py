"""Evidence about `gradCAM`: its maps of a network that both sides make, beside what known steps give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from grader.assignment import GRADIENTS
from grader.diagnosis import gradcam as diagnosis
from grader.diagnosis.gradcam import LAYER
from grader.diagnosis.ways import Floats
from grader.errors import Blocked, StudentError, StudentRaised
from grader.evidence.once import once
from grader.evidence.shown import plain
from grader.plurals import article
from grader.profiles.profile import MAP as MAP_FORM
from grader.profiles.profile import MapForm
from grader.wall.answers import Asks, Reply
from grader.wall.uneven import network, picture
from grader.wall.verbs import FORMS, Form, GradCam, Map
from reference.kit.CAM.resnet import ResNet18

QUESTIONS = 3
MIXED = (0.3, 0.7)  # the share of a map that speaks for the class: a ReLU must show


@dataclass
class Question:
    """A picture and a class, with what the network gives for them."""

    net: nn.Module
    number: int
    seed: int

    @cached_property
    def outputs(self) -> dict[str, Tensor]:
        """The layers' outputs and the logits, all in one graph."""
        found: dict[str, Tensor] = {}

        def keep(name: str) -> Any:
            return lambda module, inputs, output: found.update({name: output})

        hooks = [
            self.net.get_submodule(step.name).register_forward_hook(keep(step.name))
            for step in diagnosis.LAYERS
        ]
        found["logits"] = self.net(picture(self.seed, self.number))[0]
        for hook in hooks:
            hook.remove()
        return found

    @cached_property
    def index(self) -> int:
        """A class with evidence for it and against it, which is neither the best nor the first."""
        logits, features = self.outputs["logits"], self.outputs[LAYER]
        pooled = self.net.get_submodule("avgpool")(features).sum()
        (slopes,) = torch.autograd.grad(pooled, features, retain_graph=True)
        weights = self.net.get_parameter("fc.weight") * slopes.mean((2, 3))
        maps = (weights.detach() @ features[0].detach().flatten(1)) > 0  # (K, h * w), of every class
        share = maps.float().mean(1)
        best = int(logits.argmax())
        fit = [k for k in range(1, len(share) - 1) if MIXED[0] <= share[k] <= MIXED[1] and k != best]
        return Random(f"{self.seed}/{self.number}").choice(fit or [k for k in (7, 311) if k != best])

    def of(self, layer: str, score: str) -> tuple[Floats, Floats]:
        """Features and gradient of a layer, float64 (C, h, w)."""
        if (layer, score) not in self._known:
            features = self.outputs[layer]
            (gradient,) = torch.autograd.grad(self._score(score), features, retain_graph=True)
            self._known[layer, score] = _floats(features), _floats(gradient)
        return self._known[layer, score]

    @cached_property
    def _known(self) -> dict[tuple[str, str], tuple[Floats, Floats]]:
        return {}

    def _score(self, name: str) -> Tensor:
        logits = self.outputs["logits"][0]
        logs = torch.log_softmax(logits, 0)[self.index]
        return {
            "logit": logits[self.index],
            "probability": logs,  # its gradient is the probability's, but for a factor
            "loss": -logs,
            "best": logits.max(),
            "first": logits[0],
            "all": logits.sum(),
        }[name]


def _floats(values: Tensor) -> Floats:
    """The first of a batch, in float64."""
    return np.asarray(values[0].detach().numpy(), np.float64)


class GradEvidence:
    """What was asked about gradCAM; `name` is what it is called in sentences."""

    name = GRADIENTS

    def __init__(self, student: Asks, seed: int, asked: MapForm = MAP_FORM) -> None:
        self.student, self.seed, self.asked = student, seed, asked

    @once
    def questions(self) -> tuple[Question, ...]:
        """Three pictures, each with a class of its own."""
        net = network(ResNet18, self.seed)
        return tuple(Question(net, number, self.seed) for number in range(QUESTIONS))

    @once
    def replies(self) -> tuple[Reply[Map], ...]:
        """The answers, to the first form of index that is not refused; raises StudentError."""
        refused: StudentRaised | None = None
        for form in FORMS:
            try:
                first = self._ask(self.questions[0], form)
            except StudentRaised as error:
                refused = refused or error
                continue
            return (first, *(self._ask(question, form) for question in self.questions[1:]))
        assert refused is not None
        raise refused

    def _ask(self, question: Question, form: Form) -> Reply[Map]:
        return self.student.ask(GradCam(question.index, form, self.seed, question.number), seconds=60.0)

    @once
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """The answers' numbers; Blocked where there are none."""
        try:
            replies = self.replies
        except StudentError as error:
            raise Blocked(f"{GRADIENTS} can't be called, see gradcam.weighted_sum") from error
        if any("value" not in reply.arrays for reply in replies):
            raise Blocked(
                f"{GRADIENTS} returns {article(replies[0].value.type)}, not an array: see gradcam.dtype"
            )
        return tuple(reply.arrays["value"] for reply in replies)

    @property
    def kind(self) -> str:
        """The type of the first answer."""
        return self.replies[0].value.type

    @property
    def first(self) -> NDArray[Any]:
        """The first answer."""
        return self.arrays[0]

    @once
    def cases(self) -> tuple[diagnosis.Case, ...]:
        """Every answer that is a map, beside what made the question."""
        rows = _floats(self.questions[0].net.get_parameter("fc.weight")[None])
        found = zip(self.questions, map(plain, self.arrays), strict=True)
        return tuple(
            diagnosis.Case(question.of, rows[question.index], answer)
            for question, answer in found
            if answer is not None
        )

    @once
    def verdict(self) -> diagnosis.Verdict | None:
        """The steps that give the student's maps; None where no known combination does."""
        return diagnosis.search(self.cases)

    @once
    def follows(self) -> bool:
        """The maps rise with the right ones, whatever the stretching."""
        return diagnosis.follows(self.cases)

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the greatest value of the first answer."""
        return (float(self.first.min()), float(self.first.max())) if self.first.size else (0.0, 0.0)
