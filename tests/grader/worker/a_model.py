"""A small model of a student's, and the questions that the worker answers about it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from torch import nn

from grader.wall import verbs
from grader.wall.answers import fit
from grader.worker.loader import StudentCodeError, World
from grader.worker.operations import OPERATIONS
from tests.grader.slim import Edit, edited, world_of

KINDS = {verbs.verb(kind): kind for kind in OPERATIONS}
ARGS = {"model": "FCN32s", "n_class": 12}
TINY = """\
import torch
from torch import nn

class FCN32s(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.conv = nn.Conv2d(3, n_class, 3, padding=1)
        self.bn = nn.BatchNorm2d(n_class)
        self.drop = nn.Dropout2d(0.5)

    def forward(self, x):
        return self.drop(self.bn(self.conv(x)))
"""


def tiny(*edits: Edit) -> World:
    """A small model after these edits."""
    return world_of(edited(*edits, source=TINY))


def real(world: World) -> nn.Module:
    """The model with real parameters."""
    assert world.state.real is not None
    return world.state.real.model


def ask(world: World, verb: str, **args: Any) -> tuple[Any, dict[str, np.ndarray]]:
    """What an operation answers, as plain values."""
    kind = KINDS[verb]
    asked: Any = msgspec.convert({**ARGS, **args}, kind)
    value, arrays = OPERATIONS[kind](world, asked, {})
    return fit(value, arrays, asked), arrays


def cause(world: World, verb: str, **args: Any) -> BaseException:
    """What student code is blamed for."""
    with pytest.raises(StudentCodeError) as caught:
        ask(world, verb, **args)
    assert caught.value.__cause__ is not None
    return caught.value.__cause__
