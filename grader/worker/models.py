"""Build, trace, run, differentiate and fill the student's models."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from grader.worker.loader import StudentCodeError, World, call
from grader.worker.places import Place, place_of, place_of_frame
from grader.worker.strict import Strict
from grader.worker.trace import describe, record

Arrays = Mapping[str, np.ndarray[Any, Any]]
Answer = tuple[Any, dict[str, np.ndarray[Any, Any]]]
SLOW_INITIALISERS = (
    "kaiming_uniform_",
    "kaiming_normal_",
    "xavier_uniform_",
    "xavier_normal_",
    "uniform_",
    "normal_",
)
LARGE = 1_000_000
LARGE_INPUT = 100 * 100


class WrongKindError(TypeError):
    """The submission binds a name to something that it can't be; the trusted side knows it by this name."""


# --- building ---------------------------------------------------------------------------------------


def _constructor(world: World, name: str) -> Callable[..., Any]:
    target = world.targets.get(name)
    if target is None:
        raise StudentCodeError from NameError(f"{name} is not defined")
    if not callable(target):
        raise StudentCodeError from WrongKindError(f"{name} is of type {type(target).__name__}, not a class")
    return target  # type: ignore[no-any-return]


def construct(world: World, name: str, n_class: int) -> tuple[nn.Module, str]:
    """Make a model as students do: by keyword, else by position, else with defaults; say which way it was."""
    make = _constructor(world, name)
    ways: dict[str, Callable[[], Any]] = {
        "keyword": lambda: make(n_class=n_class),
        "position": lambda: make(n_class),
        "default": make,
    }
    way = _way(make)
    model = call(ways[way])
    if not isinstance(model, nn.Module):
        raise StudentCodeError from WrongKindError(
            f"{name}(...) is of type {type(model).__name__}, not an nn.Module"
        )
    return model, way


def _way(make: Callable[..., Any]) -> str:
    try:
        signature = inspect.signature(make)
    except (TypeError, ValueError):
        return "keyword"
    for way, args, kwargs in (("keyword", (), {"n_class": 12}), ("position", (12,), {}), ("default", (), {})):
        try:
            signature.bind(*args, **kwargs)  # type: ignore[arg-type]
        except TypeError:
            continue
        return way
    return "keyword"


@contextmanager
def without_slow_initialisers() -> Iterator[None]:
    """Leave large parameters uninitialised: every one of them is filled before it is used."""
    saved = {name: getattr(nn.init, name) for name in SLOW_INITIALISERS}

    def skipping(initialise: Callable[..., Any]) -> Callable[..., Any]:
        return lambda tensor, *args, **kwargs: (
            tensor
            if isinstance(tensor, Tensor) and tensor.numel() > LARGE
            else initialise(tensor, *args, **kwargs)
        )

    for name, initialise in saved.items():
        setattr(nn.init, name, skipping(initialise))
    try:
        yield
    finally:
        for name, initialise in saved.items():
            setattr(nn.init, name, initialise)


def _meta(world: World, name: str, n_class: int) -> tuple[nn.Module, str, dict[str, Place]]:
    """Build on the meta device where the constructor allows it, else for real; note which line made what."""
    made: dict[int, Place] = {}

    def note(module: nn.Module, key: str, parameter: nn.Parameter | None) -> None:
        place = place_of_frame()
        if parameter is not None and place is not None:
            made.setdefault(id(module), place)

    handle = register_module_parameter_registration_hook(note)
    try:
        try:
            with torch.device("meta"):
                model, way = construct(world, name, n_class)
            model.to("meta")  # a parameter made from numpy came from elsewhere
        except StudentCodeError:  # a constructor may look at values, which the meta device has none of
            with without_slow_initialisers():
                model, way = construct(world, name, n_class)
    finally:
        handle.remove()
    places = {
        f"{prefix}.{key}" if prefix else key: made[id(module)]
        for prefix, module in model.named_modules()
        for key, _ in module.named_parameters(recurse=False)
        if id(module) in made
    }
    return model, way, places


def _light(world: World, name: str, n_class: int) -> tuple[nn.Module, str, dict[str, Place]]:
    cache = world.state.setdefault("light", {})
    if (name, n_class) not in cache:
        cache[name, n_class] = _meta(world, name, n_class)
    return cache[name, n_class]  # type: ignore[no-any-return]


def build(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Build a model; return how, its parameters and where each was made."""
    model, way, places = _light(world, args["model"], args["n_class"])
    parameters = [[key, list(p.shape), p.requires_grad] for key, p in model.named_parameters()]
    return {
        "way": way,
        "meta": all(p.is_meta for p in model.parameters()),
        "parameters": parameters,
        "places": {key: list(place) for key, place in places.items()},
        "methods": vgg_methods(world, model),
    }, {}


def vgg_methods(world: World, model: nn.Module) -> list[str]:
    """Return what could copy VGG-16: methods, then functions, whose name holds "vgg"."""
    methods = [
        name for name in dir(type(model)) if "vgg" in name.lower() and callable(getattr(type(model), name))
    ]
    return methods + [
        name for name, value in world.targets.items() if "vgg" in name.lower() and callable(value)
    ]


# --- tracing ----------------------------------------------------------------------------------------


def _device(model: nn.Module) -> str:
    return "meta" if all(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())) else "cpu"


def trace(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Record a forward pass in eval or train mode.

    What looks at values needs real ones; a model that raises alike with them raises for itself.
    """
    key = args["model"], args["n_class"]
    model, _, _ = _light(world, *key)
    alike = world.state.setdefault("raises_alike", set())
    try:
        return _traced(model, args), {}
    except StudentCodeError as error:
        if _device(model) != "meta" or key in alike:
            raise
        refused = _raised(error)
    real, way, places = _solid(world, *key)
    try:
        written = _traced(real, args)
    except StudentCodeError as error:
        if _raised(error) == refused:
            alike.add(key)
        raise
    world.state["light"][key] = (real, way, places)
    return written, {}


def _raised(error: StudentCodeError) -> tuple[str, Any]:
    """Give the kind and the place of what student code raised: words differ from device to device."""
    cause = error.__cause__ or error
    return type(cause).__name__, place_of(cause)


def _traced(model: nn.Module, args: dict[str, Any]) -> dict[str, Any]:
    model.train(args["training"])
    device = torch.device(_device(model))
    x = torch.zeros(args["size"], device=device)
    with torch.set_grad_enabled(args["training"]), device, Strict():  # type: ignore[no-untyped-call]
        written, _ = call(record, model, x, place_of_frame)
    return written  # type: ignore[no-any-return]


def _solid(world: World, name: str, n_class: int) -> tuple[nn.Module, str, dict[str, Place]]:
    with without_slow_initialisers():
        model, way = construct(world, name, n_class)
    return model, way, _light(world, name, n_class)[2]


def shapes(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Return what the model gives for each input size: a description, or the exception's text."""
    model, _, _ = _light(world, args["model"], args["n_class"])
    model.eval()
    return [_shape_of(model, size) for size in args["sizes"]], {}


def _shape_of(model: nn.Module, size: list[int]) -> dict[str, Any]:
    if _device(model) != "meta" and size[0] * size[2] * size[3] > LARGE_INPUT:
        return {"type": "", "skipped": True}  # seconds of arithmetic for one number
    try:
        with torch.no_grad(), Strict():  # type: ignore[no-untyped-call]
            return describe(model(torch.zeros(size, device=_device(model))))
    except Exception as error:
        return {"type": "", "error": f"{type(error).__name__}: {error}"[:500]}


def gradients(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Say which parameters a gradient reaches from the sum of the output, in train mode."""
    model, _, _ = _light(world, args["model"], args["n_class"])
    model.train()
    model.zero_grad(set_to_none=True)
    with torch.enable_grad():
        output = call(model, torch.zeros(args["size"], device=_device(model)))
        if isinstance(output, Tensor) and output.requires_grad:
            call(output.sum().backward)
    return {key: p.grad is not None for key, p in model.named_parameters()}, {}
