"""Build, trace, run, differentiate and fill the student's models."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, TypeVar
from weakref import ref

import numpy as np
import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from grader.wall.values import SourceLine, cut
from grader.wall.verbs import (
    Build,
    Gradients,
    Model,
    OfModel,
    Outputs,
    Parameter,
    Raised,
    Reached,
    Seen,
    Shapes,
    Trace,
    Way,
)
from grader.worker.answering import in_mode
from grader.worker.building import construct
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import StudentCodeError, World, call
from grader.worker.loader import describe as describe_error
from grader.worker.meta import weightless
from grader.worker.origins import Origins, noting_makers
from grader.worker.places import line_of, place_of, spot
from grader.worker.state import Light
from grader.worker.strict import Strict
from grader.worker.trace import describe, is_tensor, record
from grader.worker.untouched import Untouched

V = TypeVar("V")
Arrays = Mapping[str, np.ndarray[Any, Any]]
Answer = tuple[V, dict[str, np.ndarray[Any, Any]]]
LARGE_INPUT = 100 * 100  # pixels of an input: of more a real device takes seconds


# --- building ---------------------------------------------------------------------------------------


def _meta(world: World, name: str, n_class: int) -> Light:
    """Build on the meta device, or move what its constructor makes there; note which line made what."""
    made: dict[int, SourceLine] = {}
    alive: dict[int, ref[nn.Module]] = {}  # what is replaced by another layer leaves its id to a third one

    def note(module: nn.Module, key: str, parameter: nn.Parameter | None) -> None:
        line, known = spot(), alive.get(id(module))
        if parameter is not None and line is not None and (known is None or known() is not module):
            made[id(module)], alive[id(module)] = line, ref(module)

    handle = register_module_parameter_registration_hook(note)
    try:
        with noting_makers() as makers:
            model, way = _on_meta(world, name, n_class)
    finally:
        handle.remove()
    places = {
        f"{prefix}.{key}" if prefix else key: made[id(module)]
        for prefix, module in model.named_modules()
        for key, _ in module.named_parameters(recurse=False)
        if id(module) in made
    }
    named = {prefix: makers[id(module)] for prefix, module in model.named_modules() if id(module) in makers}
    return Light(model, way, places, named)


def _on_meta(world: World, name: str, n_class: int) -> tuple[nn.Module, Way]:
    try:
        with torch.device("meta"):
            model, way = construct(world, name, n_class)
        call(model.to, "meta")
        return model, way  # a parameter made from numpy came from elsewhere
    except StudentCodeError:  # a constructor may look at values, which the meta device has none of
        with without_slow_initialisers(), Untouched():
            model, way = construct(world, name, n_class)
        return weightless(model), way  # a forward pass on real ones takes seconds


def _light(world: World, asked: OfModel[Any], training: bool | None = None) -> Light:
    """Return the model that was built, or the real one that a mode was found to need."""
    key, known = (asked.model, asked.n_class), world.state.light
    if key not in known:
        known[key] = _meta(world, *key)
    return known[key] if training is None else world.state.solid.get((*key, training), known[key])


def build(world: World, asked: Build, arrays: Arrays) -> Answer[Model]:
    """Build a model; tell how, its parameters and where each was made."""
    model, way, places, _ = _light(world, asked)
    parameters = {
        name: Parameter(tuple(p.shape), p.requires_grad, places.get(name))
        for name, p in model.named_parameters()
    }
    meta = all(p.is_meta for p in model.parameters())
    return Model(way, meta, parameters), {}


# --- tracing ----------------------------------------------------------------------------------------


def _device(model: nn.Module) -> str:
    return "meta" if all(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())) else "cpu"


def _tried(
    world: World,
    asked: OfModel[Any],
    training: bool,
    run: Callable[[nn.Module], V],
    known: Collection[Raised] = (),
) -> V:
    """Do something with a model in eval or train mode.

    What looks at values needs real ones, in that mode from then on; what raises alike with them, or is
    known in the same words to, raises for itself, and so does what would take too long for real.
    """
    mode = (asked.model, asked.n_class, training)
    model, alike = _light(world, asked, training).model, world.state.raises_alike
    strict = Strict()
    try:
        with strict:
            return run(in_mode(model, training))
    except StudentCodeError as error:
        if _device(model) != "meta" or mode in alike or strict.heavy:
            raise
        refused = _raised(error)
        if (*refused, describe_error(error.__cause__ or error)[1]) in known:
            raise
    with without_slow_initialisers(), Untouched():
        real = construct(world, asked.model, asked.n_class)
    try:
        with Strict():
            done = run(in_mode(real[0], training))
    except StudentCodeError as error:
        if _raised(error) == refused:
            alike.add(mode)
        raise
    world.state.solid[mode] = _light(world, asked)._replace(model=real[0], way=real[1])
    return done


def trace(world: World, asked: Trace, arrays: Arrays) -> Answer[dict[str, Any]]:
    """Record a forward pass in eval or train mode, as plain rows.

    The second time it is that of a new model, which has been called no more often than the first one was.
    """
    mode = (asked.model, asked.n_class, asked.training)
    if mode in world.state.traced:
        world.state.light.pop(mode[:2], None)
    world.state.traced.add(mode)
    run = partial(_traced, world, asked)
    return _tried(world, asked, asked.training, run, asked.known), {}


def _raised(error: StudentCodeError) -> tuple[str, str, int]:
    """Return the class and the place of what student code raised: words differ from device to device."""
    cause = error.__cause__ or error
    return type(cause).__name__, *(place_of(cause) or ("", 0))


def _traced(world: World, asked: Trace, model: nn.Module) -> dict[str, Any]:
    device, makers = torch.device(_device(model)), _light(world, asked).makers
    origins = Origins({id(each): makers[name] for name, each in model.named_modules() if name in makers})
    x = torch.zeros(asked.size, device=device)
    with torch.set_grad_enabled(asked.training), device:
        written, _ = call(record, model, x, origins.mark, origins.row)
    return written  # type: ignore[no-any-return]  # what `record` gives


def shapes(world: World, asked: Shapes, arrays: Arrays) -> Answer[Outputs]:
    """Return what the model gives for each input size: a description, or the exception's text."""
    model = in_mode(_light(world, asked, training=False).model, training=False)
    return Outputs(tuple(_seen(model, size) for size in asked.sizes)), {}


def _seen(model: nn.Module, size: tuple[int, ...]) -> Seen:
    device = torch.device(_device(model))  # where tensors that `forward` makes must be, too
    if device.type != "meta" and size[0] * size[2] * size[3] > LARGE_INPUT:
        return Seen("", skipped=True)  # seconds of arithmetic for one number
    try:
        with torch.no_grad(), device, Strict():
            return Seen(**describe(model(torch.zeros(size))))
    except Exception as error:
        return Seen("", error=cut(": ".join(filter(None, describe_error(error))), 500), line=line_of(error))


def gradients(world: World, asked: Gradients, arrays: Arrays) -> Answer[Reached]:
    """Return which parameters a gradient reaches from the sum of the output, in train mode."""
    return Reached(_tried(world, asked, True, lambda model: _reached(model, asked.size))), {}


def _reached(model: nn.Module, size: tuple[int, ...]) -> dict[str, bool]:
    call(model.zero_grad, set_to_none=True)
    with torch.enable_grad(), torch.device(_device(model)):
        output = call(model, torch.zeros(size))
        call(_go_back, output)
    reached = {name: p.grad is not None for name, p in model.named_parameters()}
    model.zero_grad(set_to_none=True)
    return reached


def _go_back(output: Any) -> None:
    if is_tensor(output) and output.requires_grad:
        output.sum().backward()
