"""What a target is tried by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from grader.assignment import GRADIENTS, PREDICT
from grader.wall.verbs import FORMS, Build, Cam, ClsPred, Form, GradCam, Request, Trace
from grader.wall.wire import Array

Question = tuple[Request[Any], dict[str, Array]]
SIZE = (1, 3, 64, 76)  # small, and not square, so that swapped sides show
LARGER = (1, 3, 224, 230)  # for a network whose maps are too small for a kernel then


def questions(target: str, form: Form = FORMS[0], size: tuple[int, ...] = SIZE) -> Sequence[Question]:
    """What a target is tried by: a model is built and run, a function is called."""
    if target.startswith("FCN"):
        runs = (Trace(model=target, size=size, training=training) for training in (False, True))
        return [(Build(model=target), {}), *((run, {}) for run in runs)]
    if target == PREDICT:
        logit = np.roll(np.linspace(-1, 1, 1000, dtype=np.float32), 400)  # one class more or less is a class
        return [(ClsPred(), {"logit": logit[None]})]
    if target == GRADIENTS:
        return [(GradCam(index=3, form=form, seed=0, picture=0), {})]
    return [(Cam(index=3, form=form), {"features": given, "weight": weight}) for given, weight in _maps()]


def _maps() -> Iterator[tuple[Array, Array]]:
    """Yield what a map is made of: of sums below 0, then of some below and some above."""
    shape = (1, 512, 7, 7)
    yield (
        np.linspace(0, 1, 512 * 49, dtype=np.float32).reshape(shape),
        np.linspace(-1, 1, 512_000, dtype=np.float32).reshape(1000, 512),
    )
    weights = np.linspace(-1, 1, 512, dtype=np.float32)
    yield np.random.default_rng(0).random(shape, np.float32), np.tile(weights, (1000, 1))
