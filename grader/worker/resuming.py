"""What a training run goes on from, handed out and taken back piece by piece: it outlives the worker.

A run's state is the model's parameters, Adam's moments and steps, where the schedule stands, and the
generators that dropout draws from. A model that keeps more than parameters has no state to hand out.
"""

from __future__ import annotations

import torch
from torch import Tensor

from grader.wall.verbs import Done, TrainResume, TrainState
from grader.worker.loader import World
from grader.worker.models import Answer, Arrays
from grader.worker.training import Session, current

MOMENTS = {"first": "exp_avg", "second": "exp_avg_sq", "step": "step"}  # kind -> Adam's word
DTYPES = (torch.float32, torch.float64, torch.uint8)
COUNTS = ("num_bad_epochs", "cooldown_counter", "last_epoch")  # of the schedule


def state(world: World, asked: TrainState, arrays: Arrays) -> Answer[Done]:
    """Return a piece of the run's state, if there is such a one."""
    session = current(world)
    buffers = any(True for _ in session.model.buffers())
    piece = None if buffers else _piece(session, asked.kind, asked.name)
    if piece is None or piece.dtype not in DTYPES or piece.nbytes > asked.size:
        return Done(), {}
    return Done(), {"state": piece.detach().cpu().numpy()}


def resume(world: World, asked: TrainResume, arrays: Arrays) -> Answer[Done]:
    """Take a piece of the run's state back."""
    session, given = current(world), torch.from_numpy(arrays["state"].copy())
    if asked.kind == "clock":
        _set_clock(session, given.tolist())
    elif asked.kind == "random":
        _set_random(session, asked.name, given)
    elif asked.kind == "best":
        session.best[asked.name] = given.to(session.device)
    else:
        with torch.no_grad():
            _room(session, asked.kind, asked.name).copy_(given)
    return Done(), {}


def _piece(session: Session, kind: str, name: str) -> Tensor | None:
    if kind == "clock":
        return _clock(session)
    if kind == "random":
        return torch.get_rng_state() if name == "cpu" else torch.cuda.get_rng_state(session.device)
    if kind == "best":
        return session.best.get(name)
    parameter = dict(session.model.named_parameters()).get(name)
    if parameter is None or kind == "value":
        return parameter
    held: dict[str, Tensor] = session.optimizer.state.get(parameter, {})
    return held.get(MOMENTS[kind])


def _room(session: Session, kind: str, name: str) -> Tensor:
    """Where a piece goes: moments lie in memory as their parameter does, which a fused step relies on."""
    parameter = dict(session.model.named_parameters())[name]
    if kind == "value":
        return parameter
    held: dict[str, Tensor] = session.optimizer.state[parameter]
    if kind == "step":
        fused = session.optimizer.param_groups[0]["fused"]
        return held.setdefault("step", torch.zeros((), device=parameter.device if fused else "cpu"))
    return held.setdefault(MOMENTS[kind], torch.zeros_like(parameter, memory_format=torch.preserve_format))


def _clock(session: Session) -> Tensor:
    """The learning rate, the lowest loss so far, and the schedule's counts: float64 (5,)."""
    schedule = session.schedule
    rate = float(session.optimizer.param_groups[0]["lr"])
    counts = (getattr(schedule, name) for name in COUNTS)
    return torch.tensor([rate, schedule.best, *counts], dtype=torch.float64)


def _set_clock(session: Session, clock: list[float]) -> None:
    rate, session.schedule.best, *counts = clock
    for group in session.optimizer.param_groups:
        group["lr"] = rate
    for name, count in zip(COUNTS, counts, strict=True):
        setattr(session.schedule, name, int(count))


def _set_random(session: Session, device: str, given: Tensor) -> None:
    if device == "cpu":
        torch.set_rng_state(given)
    else:
        torch.cuda.set_rng_state(given, session.device)
