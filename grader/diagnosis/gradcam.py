"""Grad-CAM: the search for the steps behind the student's numbers, as for class activation maps (cam.py).

A map is made of a layer's features, of the gradient of some score, of weights made of it, and of what is
done with negative evidence; then it is stretched and enlarged. Each step has a right way and wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from grader.diagnosis import bending
from grader.diagnosis.bending import Extremes
from grader.diagnosis.cam import rises_with
from grader.diagnosis.causes import because
from grader.diagnosis.finishing import Maps, centres, is_right_map
from grader.diagnosis.searching import explanation
from grader.diagnosis.ways import Floats, weighted
from grader.records.reason import Reason

LAYER = "layer4"
MOST_WRONG = 2  # steps at once: with more, anything could be explained
Gradient = Callable[[str, str], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Case:
    """One question to gradCAM and its answer.

    `of` gives features and gradient (C, h, w) by layer and by score, `row` the class's row of fc's weight.
    """

    of: Gradient
    row: Floats
    answer: Maps

    @cached_property
    def right(self) -> Floats:
        """The right map before it is stretched."""
        return PATHS[0].raw(self)

    @property
    def cells(self) -> tuple[int, ...]:
        """The rows and columns that are enlarged."""
        return self.right.shape

    @cached_property
    def ends(self) -> Extremes:
        """The extremes of the right map."""
        return bending.extremes(self.right[None])

    def middles(self, cells: tuple[int, ...]) -> Floats:
        """Return the answer in the middle of each of (rows, columns) cells."""
        rows, columns = (centres(n, size) for n, size in zip(cells, self.answer.shape, strict=True))
        return self.answer[np.ix_(rows, columns)].astype(np.float64)


@dataclass(frozen=True)
class Step:
    """One way to take a step: its name, and the cause where it is a wrong one."""

    name: str
    cause: str = ""
    got: str = ""

    @property
    def reason(self) -> Reason:
        """What is said of a wrong one."""
        return because(self.cause, got=self.got) if self.got else because(self.cause, actual=self.name)


def _other(cause: str, ways: Mapping[str, str]) -> tuple[Step, ...]:
    return tuple(Step(name, cause, got) for name, got in ways.items())


LAYERS = (Step(LAYER), *_other("grad_layer.other", {"layer3": "layer3", "layer2": "layer2"}))
SCORES = (
    Step("logit"),
    *_other(
        "grad_logit.other",
        {
            "probability": "the class's softmax probability",
            "loss": "a loss, with its sign",
            "best": "the most probable class, whichever was asked for",
            "first": "class 0, whichever was asked for",
            "all": "the sum over all classes",
        },
    ),
)
Weigh = Callable[[Floats, Floats, Floats], Floats]
MEANS: tuple[tuple[str, str, Weigh], ...] = (
    ("none", "every place is weighed by its own gradient", lambda f, g, row: (f * g).sum(0)),
    ("maximum", "the gradient's maximum is taken", lambda f, g, row: weighted(f, g.max((1, 2)))),
    ("absolute", "absolute values are averaged", lambda f, g, row: weighted(f, np.abs(g).mean((1, 2)))),
    (
        "positive",
        "positive ones alone are averaged",
        lambda f, g, row: weighted(f, np.maximum(g, 0).mean((1, 2))),
    ),
)
SUMS: tuple[tuple[str, str, Weigh], ...] = (
    (
        "fc",
        "no gradient is taken: the features are weighted by fc's weights, as for a class activation map",
        lambda f, g, row: weighted(f, row) if len(row) == len(f) else f.mean(0),
    ),
    ("plain", "the features are averaged without weights", lambda f, g, row: f.mean(0)),
    ("gradients", "the gradients are averaged without the features", lambda f, g, row: g.mean(0)),
    ("turned", "rows and columns are swapped", lambda f, g, row: weighted(f, g.mean((1, 2))).T),
    ("one", "one channel is used only", lambda f, g, row: f[0] * g[0].mean()),
)
WEIGHTS: dict[Step, Weigh] = {
    Step("mean"): lambda f, g, row: weighted(f, g.mean((1, 2))),
    **{Step(name, "grad_mean.other", got): way for name, got, way in MEANS},
    **{Step(name, "grad_sum.fault", got): way for name, got, way in SUMS},
}
NEGATIVE: dict[Step, Callable[[Floats], Floats]] = {
    Step("relu"): lambda r: np.maximum(r, 0),
    Step("negative values kept", "grad_relu.missing"): lambda r: r,
    Step("absolute values", "grad_relu.absolute"): np.abs,
}


@dataclass(frozen=True)
class Path:
    """A layer, a score, weights, and what is done with negative evidence."""

    layer: Step
    score: Step
    weights: Step
    negative: Step

    @property
    def faults(self) -> tuple[Step, ...]:
        """The wrong ones among them."""
        return tuple(step for step in (self.layer, self.score, self.weights, self.negative) if step.cause)

    @property
    def cost(self) -> int:
        """How many are wrong."""
        return len(self.faults)

    @property
    def unturned(self) -> Path:
        """The same: nothing is turned."""
        return self

    def plain(self, case: Case) -> Path:
        """The same: no other way gives its map."""
        return self

    def turn(self, maps: Floats) -> Floats:
        """Return maps as they are."""
        return maps

    def raw(self, case: Case) -> Floats:
        """Return the map before it is stretched."""
        features, gradient = case.of(self.layer.name, self.score.name)
        return NEGATIVE[self.negative](WEIGHTS[self.weights](features, gradient, case.row))

    def ends(self, case: Case) -> Extremes:
        """Return the extremes of the right map: no other class's is known."""
        return case.ends


PATHS = tuple(
    sorted(
        (
            path
            for steps in product(LAYERS, SCORES, WEIGHTS, NEGATIVE)
            if (path := Path(*steps)).cost <= MOST_WRONG
        ),
        key=lambda path: path.cost,
    )
)


@dataclass(frozen=True)
class Verdict:
    """The wrong steps that give the student's maps, and what is wrong with the stretch."""

    faults: tuple[Step, ...]
    stretch: str


def search(cases: Sequence[Case]) -> Verdict | None:
    """Find the combination of steps that gives every answer, the fewest wrong ones first."""
    shown = [case for case in cases if case.answer.min() < case.answer.max()]
    with np.errstate(all="ignore"):
        if shown and all(is_right_map(one.answer, one.right) for one in shown):
            return Verdict((), "")
        found = explanation(shown, PATHS)
    return Verdict(found[0].faults, found[1].fault) if found else None


def follows(cases: Sequence[Case]) -> bool:
    """Return whether every map rises with the right one, whatever stretches it."""
    shown = [case for case in cases if case.answer.min() < case.answer.max()]
    return bool(shown) and all(rises_with(case.right, case.answer) for case in shown)
