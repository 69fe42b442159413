"""A run's state, out of one worker and into another."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.wall.verbs import TrainBest, TrainResume, TrainState, TrainSteps
from grader.wall.verbs.training import Kind
from grader.worker.training import Session
from tests.grader.in_process import InProcess
from tests.grader.slim import edited
from tests.grader.worker.test_training import begun

KINDS: tuple[Kind, ...] = ("value", "first", "second", "step", "best")
PLACES: tuple[tuple[Kind, str], ...] = (("clock", ""), ("random", "cpu"))


def session(student: InProcess) -> Session:
    """The run under way."""
    found = student.world.state.training
    assert isinstance(found, Session)
    return found


def pieces(student: InProcess) -> dict[tuple[Kind, str], np.ndarray]:
    """Everything that a worker hands out."""
    names = [name for name, _ in session(student).model.named_parameters()]
    wanted = [*((kind, name) for name in names for kind in KINDS), *PLACES]
    replies = {(kind, name): student.ask(TrainState(kind, name, 1 << 20)) for kind, name in wanted}
    return {piece: reply.arrays["state"] for piece, reply in replies.items() if reply.arrays}


@pytest.mark.slow
def test_a_run_goes_on_in_another_worker() -> None:
    """Every piece is taken as it was handed out, and the next steps are the same, dropout and all."""
    first, second = begun(), begun()
    first.ask(TrainSteps((0, 1, 2), epoch_ends=True))
    first.ask(TrainBest(keep=True))
    first.ask(TrainSteps((2, 0), epoch_ends=True))
    session(first).schedule.num_bad_epochs = 2
    session(first).optimizer.param_groups[0]["lr"] = 5e-4
    handed = pieces(first)
    torch.manual_seed(99)

    for (kind, name), array in handed.items():
        second.ask(TrainResume(kind, name), {"state": array})

    again = pieces(second)
    assert len(handed) == 5 * len(session(first).optimizer.param_groups[0]["params"]) + 2
    assert handed.keys() == again.keys()
    assert all(array.tobytes() == again[piece].tobytes() for piece, array in handed.items())
    assert session(second).schedule.state_dict() == session(first).schedule.state_dict()
    losses = []
    for student in (first, second):  # which share the process's generator
        student.ask(TrainResume("random", "cpu"), {"state": handed["random", "cpu"]})
        losses.append(student.ask(TrainSteps((1, 2, 0), epoch_ends=False)).arrays["losses"].tobytes())
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    ("kind", "name", "size"),
    [
        ("value", "no such parameter", 1 << 20),
        ("first", "conv1_1.weight", 1 << 20),  # no step was taken
        ("best", "conv1_1.weight", 1 << 20),
        ("value", "conv1_1.weight", 8),
    ],
)
def test_what_there_is_not_is_no_array(kind: Kind, name: str, size: int) -> None:
    """Nor is what would be larger than was asked for: an answer that doesn't fit would end the worker."""
    student = begun()

    assert not student.ask(TrainState(kind, name, size)).arrays


@pytest.mark.parametrize(
    "more", ['self.register_buffer("n", torch.zeros(1))', "self.halved = nn.Parameter(torch.zeros(2).half())"]
)
def test_a_model_with_other_state_hands_out_no_such(more: str) -> None:
    """Buffers are no part of a state, and a parameter of another kind is none of it."""
    student = begun(edited(("super().__init__()", f"super().__init__(); {more}")))

    assert not student.ask(TrainState("value", "halved", 1 << 20)).arrays
    assert bool(student.ask(TrainState("value", "conv1_1.weight", 1 << 20)).arrays) == ("halved" in more)


def test_moments_lie_as_their_parameter_does() -> None:
    """A step in one pass goes through their memory side by side."""
    student = begun()
    model = session(student).model.to(memory_format=torch.channels_last)
    parameter = dict(model.named_parameters())["conv1_2.weight"]

    student.ask(TrainResume("first", "conv1_2.weight"), {"state": np.ones(parameter.shape, np.float32)})

    moment = session(student).optimizer.state[parameter]["exp_avg"]
    assert moment.stride() == parameter.stride()
    assert not moment.is_contiguous()
