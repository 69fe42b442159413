"""Fill a model with weights drawn from the seed and run it for real."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from grader.wall.draws import draw_alone, draw_into, draw_parameter, parameter_scale
from grader.wall.values import Described
from grader.wall.verbs import (
    MAX_CONSTANTS,
    Constants,
    Done,
    Ends,
    Fill,
    Forward,
    Initial,
    Kept,
    OfModel,
    Release,
)
from grader.wall.wire import DTYPES
from grader.worker import trace
from grader.worker.answering import has_values, in_mode, overlaps
from grader.worker.building import construct
from grader.worker.convolved import Convolved
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import World, call
from grader.worker.memory import reclaim
from grader.worker.models import Answer, Arrays
from grader.worker.plainly import Plainly
from grader.worker.results import Results, Uncounted
from grader.worker.state import Real
from grader.worker.trace import LARGE, Calm, Dropouts, describe, is_tensor
from grader.worker.untouched import Untouched


def real_model(world: World, asked: OfModel[Any]) -> nn.Module:
    """Return a model with real parameters, made at first use."""
    state, key = world.state, (asked.model, asked.n_class)
    if state.real is None or state.real.key != key:
        if state.real is not None:  # before another is made: each takes half a gigabyte
            state.real = None
            reclaim()
        with without_slow_initialisers(), Untouched():  # copying replaces most of it, filling the rest
            state.real = Real(key, in_mode(construct(world, *key)[0], training=False))
    elif not torch.empty(0).is_meta:
        call(has_values, state.real.model)  # another model that shares its parts may have emptied it
    return state.real.model


def initial(world: World, asked: Initial, arrays: Arrays) -> Answer[Kept]:
    """Return some parameters and all small buffers as the constructor leaves them."""
    return kept(real_model(world, asked), asked)


def kept(model: nn.Module, asked: Initial) -> Answer[Kept]:
    """Return the parameters that are asked for and all small buffers of a model."""
    known = dict(model.named_parameters())
    found = {name: known[name] for name in asked.names if name in known}
    small = {name: b for name, b in model.named_buffers() if is_small(b)}
    values = {name: values_of(t) for name, t in {**small, **found}.items()}
    return Kept(tuple(sorted(small))), values


def values_of(tensor: Tensor) -> np.ndarray[Any, Any]:
    """A copy of a tensor's values, of types that NumPy knows."""
    known = tensor.detach() if str(tensor.dtype).removeprefix("torch.") in DTYPES else tensor.detach().float()
    return known.resolve_neg().numpy().copy()


def is_small(tensor: Tensor) -> bool:
    """Return whether a tensor's values can be sent."""
    return tensor.numel() <= LARGE and str(tensor.dtype).removeprefix("torch.") in DTYPES


@torch.no_grad()
def constants(world: World, asked: Constants, arrays: Arrays) -> Answer[Done]:
    """Send the constants of a forward pass, in the order of the recording that was made of it."""
    model = in_mode(real_model(world, asked), training=False)
    recorded_real = (asked.model, asked.n_class, False) in world.state.solid
    found = call(trace.constants, model, torch.zeros(asked.size), recognising=recorded_real)
    known = enumerate(found[:MAX_CONSTANTS])
    return Done(), {str(n): values_of(value) for n, value in known if value is not None and is_small(value)}


@torch.no_grad()
def fill(world: World, asked: Fill, arrays: Arrays) -> Answer[Done]:
    """Fill the named parameters of a model from the seed, each by its key."""
    for name, parameter in real_model(world, asked).named_parameters():
        if name in asked.keys:
            put(parameter, asked.seed, asked.keys[name])
    return Done(), {}


def put(parameter: Tensor, seed: int, key: str) -> None:
    """Fill one parameter with what is drawn for a key; one that is a view of fewer values gets its own."""
    data, shape = parameter.data, tuple(parameter.shape)
    if overlaps(data):
        parameter.data = data = data.clone(memory_format=torch.contiguous_format)
    if data.dtype == torch.float32 and data.device.type == "cpu" and data.is_contiguous():
        draw_into(data.view(-1).numpy(), seed, key, parameter_scale(shape))
    else:
        data.copy_(torch.from_numpy(draw_parameter(seed, key, shape)))


@torch.inference_mode()
def forward(world: World, asked: Forward, arrays: Arrays) -> Answer[Described]:
    """Run a filled model on an input drawn from the seed, dropouts taken out."""
    model = in_mode(real_model(world, asked), training=False)
    x = torch.from_numpy(draw_alone(asked.seed, "input", asked.size))
    convolved = world.state.convolved = world.state.convolved or Convolved()
    with Plainly(convolved), Calm(), Dropouts():  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
        output = call(model, x)
    seen = Described(**call(describe, output))
    return seen, {"output": call(numbers, output)} if is_tensor(output) else {}


def ends(world: World, asked: Ends, arrays: Arrays) -> Answer[Done]:
    """Send what some operations of a forward pass give, which its output may not be made of."""
    model = in_mode(real_model(world, asked), asked.training)
    x = torch.from_numpy(draw_alone(asked.seed, "input", asked.size))
    torch.manual_seed(asked.chance)
    kept = Results(asked.operations)
    dropping = Uncounted(kept) if asked.training else Dropouts()
    with torch.set_grad_enabled(asked.training), kept, dropping:  # as it was recorded, operation by operation
        call(model, x)
    found = [(str(at), kept.values.get(each)) for at, each in enumerate(asked.operations)]
    return Done(), {name: call(numbers, value) for name, value in found if value is not None}


def numbers(output: Tensor) -> np.ndarray[Any, Any]:
    """Return a tensor's values as float32; raises where it has none, being sparse, say."""
    return output.float().contiguous().numpy()


def release(world: World, asked: Release, arrays: Arrays) -> Answer[Done]:
    """Free the memory that models take."""
    world.state.real = None
    reclaim()
    return Done(), {}
