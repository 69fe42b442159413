"""Fill a model with weights drawn from the seed and run it for real."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from grader.wall.draws import draw, draw_into, draw_parameter, parameter_scale
from grader.worker.loader import World, call
from grader.worker.models import LARGE, Answer, Arrays, construct, without_slow_initialisers
from grader.worker.trace import Calm, Dropouts, describe


def real_model(world: World, name: str, n_class: int) -> nn.Module:
    """Return a model with real parameters, made at first use."""
    cache = world.state.setdefault("real", {})
    if name not in cache:
        cache.clear()  # one at a time: each takes half a gigabyte
        with without_slow_initialisers():
            cache[name] = construct(world, name, n_class)[0].eval()
    return cache[name]  # type: ignore[no-any-return]


def initial(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Return some parameters and all small buffers as the constructor leaves them."""
    model = real_model(world, args["model"], args["n_class"])
    known = dict(model.named_parameters())
    found = {name: known[name] for name in args["names"] if name in known}
    small = {name: b for name, b in model.named_buffers() if b.numel() <= LARGE and b.dtype == torch.float32}
    return sorted(small), {name: t.detach().numpy().copy() for name, t in {**small, **found}.items()}


@torch.no_grad()
def fill(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Fill the named parameters of a model from the seed, each by its key."""
    model = real_model(world, args["model"], args["n_class"])
    for name, parameter in model.named_parameters():
        if name in args["keys"]:
            put(parameter, args["seed"], args["keys"][name])
    return None, {}


def put(parameter: Tensor, seed: int, key: str) -> None:
    """Fill one parameter with what is drawn for a key."""
    data, shape = parameter.data, tuple(parameter.shape)
    if data.dtype == torch.float32 and data.device.type == "cpu" and data.is_contiguous():
        draw_into(data.view(-1).numpy(), seed, key, parameter_scale(shape))
    else:
        data.copy_(torch.from_numpy(draw_parameter(seed, key, shape)))


@torch.inference_mode()
def forward(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Run a filled model on an input drawn from the seed, dropouts taken out."""
    model = real_model(world, args["model"], args["n_class"])
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
