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

from grader.draws import draw, draw_parameter, positions
from grader.worker.loader import StudentCodeError, World, call
from grader.worker.places import Place, place_of_frame
from grader.worker.strict import Strict
from grader.worker.trace import Calm, Dropouts, describe, record

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
def _without_slow_initialisers() -> Iterator[None]:
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
        except StudentCodeError:  # a constructor may look at values, which the meta device has none of
            with _without_slow_initialisers():
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


# --- tracing ----------------------------------------------------------------------------------------


def _device(model: nn.Module) -> str:
    return "meta" if all(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())) else "cpu"


def trace(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Record a forward pass in eval or train mode."""
    model, _, _ = _light(world, args["model"], args["n_class"])
    try:
        return _traced(model, args), {}
    except StudentCodeError:
        if _device(model) != "meta":
            raise
    real, way, places = _solid(world, args["model"], args["n_class"])  # what looks at values needs real ones
    written = _traced(real, args)
    world.state["light"][args["model"], args["n_class"]] = (real, way, places)
    return written, {}


def _traced(model: nn.Module, args: dict[str, Any]) -> dict[str, Any]:
    model.train(args["training"])
    x = torch.zeros(args["size"], device=_device(model))
    with torch.set_grad_enabled(args["training"]), Strict():  # type: ignore[no-untyped-call]
        written, _ = call(record, model, x, place_of_frame)
    return written  # type: ignore[no-any-return]


def _solid(world: World, name: str, n_class: int) -> tuple[nn.Module, str, dict[str, Place]]:
    with _without_slow_initialisers():
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


# --- running for real ---------------------------------------------------------------------------------


def _real(world: World, name: str, n_class: int) -> nn.Module:
    cache = world.state.setdefault("real", {})
    if name not in cache:
        cache.clear()  # one at a time: each takes half a gigabyte
        with _without_slow_initialisers():
            cache[name] = construct(world, name, n_class)[0].eval()
    return cache[name]  # type: ignore[no-any-return]


def initial(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Return some parameters and all small buffers as the constructor leaves them."""
    model = _real(world, args["model"], args["n_class"])
    known = dict(model.named_parameters())
    found = {name: known[name] for name in args["names"] if name in known}
    small = {name: b for name, b in model.named_buffers() if b.numel() <= LARGE and b.dtype == torch.float32}
    return sorted(small), {name: t.detach().numpy().copy() for name, t in {**small, **found}.items()}


@torch.no_grad()
def fill(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Fill the named parameters of a model from the seed, each by its key."""
    model = _real(world, args["model"], args["n_class"])
    for name, parameter in model.named_parameters():
        if name in args["keys"]:
            values = draw_parameter(args["seed"], args["keys"][name], tuple(parameter.shape))
            parameter.data.copy_(torch.from_numpy(values))
    return None, {}


@torch.inference_mode()
def forward(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Run a filled model on an input drawn from the seed, dropouts taken out."""
    model = _real(world, args["model"], args["n_class"])
    model.eval()
    x = torch.from_numpy(draw(args["seed"], "input", tuple(args["size"])))
    with Calm(), Dropouts():  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
        output = call(model, x)
    if not isinstance(output, Tensor):
        return describe(output), {}
    return describe(output), {"output": output.float().contiguous().numpy()}


def release(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Free the memory that models take."""
    world.state.pop("real", None)
    return None, {}


# --- VGG-16 -------------------------------------------------------------------------------------------


def vgg_methods(world: World, model: nn.Module) -> list[str]:
    """Return what could copy VGG-16: methods, then functions, whose name holds "vgg"."""
    methods = [
        name for name in dir(type(model)) if "vgg" in name.lower() and callable(getattr(type(model), name))
    ]
    return methods + [
        name for name, value in world.targets.items() if "vgg" in name.lower() and callable(value)
    ]


def _vgg16(world: World, shapes: dict[str, list[int]], seed: int, fresh: bool) -> nn.Module:
    """Make a VGG-16 whose layers fit the student's, filled from the seed unless it still is."""
    cache = world.state.setdefault("vgg16", {})
    wanted = tuple(sorted((key, tuple(shape)) for key, shape in shapes.items()))
    if cache.get("shapes") == wanted and not fresh:
        return cache["model"]  # type: ignore[no-any-return]
    if cache.get("shapes") != wanted:
        cache.update(shapes=wanted, model=_make_vgg16(shapes))
    model = cache["model"]
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            parameter.data.copy_(torch.from_numpy(draw_parameter(seed, f"vgg/{key}", tuple(parameter.shape))))
    return model  # type: ignore[no-any-return]


def _make_vgg16(shapes: dict[str, list[int]]) -> nn.Module:
    from torchvision.models import VGG, vgg16  # a second's import, needed here only

    with torch.device("meta"):
        model: VGG = vgg16(weights=None)
    for key, shape in shapes.items():
        owner = model.get_submodule(key.rpartition(".")[0])
        setattr(owner, key.rpartition(".")[2], nn.Parameter(torch.empty(shape, device="meta")))
    model.classifier[6] = nn.Linear(1, 1)  # never copied, and large
    empty: nn.Module = model.to_empty(device="cpu")
    return empty.eval()


def copy_vgg(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Call the student's copying with a VGG-16 made for the purpose; the model was filled before."""
    model = _real(world, args["model"], args["n_class"])
    vgg16 = _vgg16(world, args["shapes"], args["seed"], args["fresh"])
    _stand_in(model, vgg16, args["stand_ins"])
    name = args["method"]
    if hasattr(type(model), name):
        call(getattr(model, name), vgg16)
    else:
        _call_function(world.targets[name], model, vgg16)
    return None, {}


def _stand_in(model: nn.Module, vgg16: nn.Module, names: dict[str, str]) -> None:
    """Give the model what copying may ask for by name though the student's forward pass has no such layer."""
    for name, source in names.items():
        if hasattr(model, name):
            continue
        twin = vgg16.get_submodule(source) if source else nn.Identity()
        if isinstance(twin, nn.Conv2d):
            kernel = (twin.weight.shape[2], twin.weight.shape[3])
            twin = nn.Conv2d(twin.weight.shape[1], twin.weight.shape[0], kernel)
        setattr(model, name, twin)


def _call_function(function: Callable[..., Any], model: nn.Module, vgg16: nn.Module) -> None:
    names = list(inspect.signature(function).parameters)
    vgg_first = bool(names) and "vgg" in names[0].lower()
    call(function, *((vgg16, model) if vgg_first else (model, vgg16)))


def sample(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Return values of parameters at positions drawn from a seed; `of` is the model or the VGG-16."""
    vgg = args["of"] == "vgg16"
    model = world.state["vgg16"]["model"] if vgg else _real(world, args["model"], args["n_class"])
    known = dict(model.named_parameters())
    found = {}
    for name in args["names"]:
        if name in known:
            flat = known[name].detach().reshape(-1)
            at = positions(args["seed"], name, flat.numel(), args["count"])
            found[name] = flat[torch.from_numpy(at)].float().cpu().numpy()
    return None, found
