"""Let the student's code copy a VGG-16 whose every value is known."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from grader.wall.draws import positions
from grader.worker.challenge import put, real_model
from grader.worker.loader import World, call
from grader.worker.models import Answer, Arrays


def filled_vgg16(world: World, shapes: dict[str, list[int]], seed: int, fresh: bool) -> nn.Module:
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
            put(parameter, seed, f"vgg/{key}")
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
    model = real_model(world, args["model"], args["n_class"])
    vgg16 = filled_vgg16(world, args["shapes"], args["seed"], args["fresh"])
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
    """Return shapes, and values at positions drawn from a seed, of the model or (`of`) the VGG-16."""
    vgg = args["of"] == "vgg16"
    model = world.state["vgg16"]["model"] if vgg else real_model(world, args["model"], args["n_class"])
    known = dict(model.named_parameters())
    found = {}
    for name in args["names"]:
        if name in known:
            flat = known[name].detach().reshape(-1)
            at = positions(args["seed"], name, flat.numel(), args["count"])
            found[name] = flat[torch.from_numpy(at)].float().cpu().numpy()
    return {name: list(known[name].shape) for name in found}, found
