"""Run a model of few channels as anybody would: in both modes, at any size, with nothing around it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import nn

from grader.wall.draws import draw_alone
from grader.wall.values import Described, Shape
from grader.wall.verbs import Done, Grad, Narrow, OfModel, Run
from grader.worker.answering import in_mode
from grader.worker.building import construct
from grader.worker.challenge import is_small, numbers, put, real_model
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import World, call
from grader.worker.memory import keep_memory, reclaim
from grader.worker.meta import exchange, in_place_of
from grader.worker.models import Answer, Arrays
from grader.worker.state import Narrowed
from grader.worker.trace import Calm, describe, is_tensor
from grader.worker.untouched import Untouched


def narrow(world: World, asked: Narrow, arrays: Arrays) -> Answer[Done]:
    """Make a model whose tensors have the shapes that are asked for."""
    state = world.state
    state.narrowed = None
    if state.real is not None and not asked.shapes:  # half a gigabyte, and another one now
        state.real = None
        reclaim()
    model = small(world, asked, asked.shapes)
    keep_memory()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in asked.keys:
                put(parameter, asked.seed, asked.keys[name])
    buffers = {name: b.detach().clone() for name, b in model.named_buffers() if is_small(b)}
    state.narrowed = Narrowed(model, buffers)
    return Done(), {}


def small(world: World, asked: OfModel[Any], shapes: Mapping[str, Shape]) -> nn.Module:
    """Make a model and put tensors of these shapes in the place of its own, which took next to no memory."""
    with without_slow_initialisers(), Untouched():
        model, _ = construct(world, asked.model, asked.n_class)
    resize(model, shapes)
    return model


def resize(model: nn.Module, shapes: Mapping[str, Shape]) -> None:
    """Put smaller tensors in the place of a model's own; one that has two names stays one."""
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    new: dict[int, Any] = {}
    for name, shape in shapes.items():
        if (parameter := parameters.get(name)) is not None and tuple(parameter.shape) != shape:
            made = torch.empty(shape, dtype=parameter.dtype)
            new[id(parameter)] = in_place_of(parameter, made)
        elif (buffer := buffers.get(name)) is not None and tuple(buffer.shape) != shape:
            new[id(buffer)] = buffer[tuple(slice(side) for side in shape)].clone()
    exchange(model, new)


def run(world: World, asked: Run, arrays: Arrays) -> Answer[Described]:
    """Run one of the two models once."""
    model = in_mode(real_model(world, asked) if asked.challenged else _as_made(world), asked.training)
    call(model.zero_grad, set_to_none=True)
    x = torch.from_numpy(draw_alone(asked.seed, "input", asked.size))
    torch.manual_seed(asked.chance)
    with _mode(asked.grad), Calm() if asked.calm else nullcontext():  # type: ignore[no-untyped-call]  # as torch leaves its modes
        output = call(model, x)
    seen = Described(**call(describe, output))
    if not is_tensor(output):
        return seen, {}
    if asked.grad == "backward" and seen.requires_grad:
        weights = torch.from_numpy(draw_alone(asked.seed, "weights", tuple(seen.shape)))
        call(lambda: (output * weights).sum().backward())
    return seen, {"output": call(lambda: numbers(output.detach()))}


@torch.no_grad()
def _as_made(world: World) -> nn.Module:
    """The narrowed model; what it keeps in buffers is as it was made."""
    narrowed = world.state.narrowed
    assert narrowed is not None, "it was made before"
    for name, buffer in narrowed.model.named_buffers():
        if name in narrowed.buffers:
            buffer.copy_(narrowed.buffers[name])
    return narrowed.model


def _mode(grad: Grad) -> AbstractContextManager[object]:
    if grad == "inference":
        return torch.inference_mode()
    return torch.no_grad() if grad == "none" else torch.enable_grad()
