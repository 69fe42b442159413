"""The meta device: what a ReLU gives there, told at once, and models that were made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.library import Library


@cache
def prepare() -> Library:
    """Let torch ask here, for as long as what this returns is there, which is for good."""
    kernels = Library("aten", "IMPL", "Meta")
    kernels.impl("relu", relu, allow_override=True)
    return kernels


def relu(x: Tensor) -> Tensor:
    """A tensor as the input is; what is rare is left to torch, whose own way takes as long as ten layers."""
    if x.is_floating_point() and x.is_contiguous():
        return torch.empty(x.shape, dtype=x.dtype, device=x.device)
    if x.is_floating_point():
        return torch.empty_like(x)
    return torch._refs.nn.functional.relu(x)  # type: ignore[no-any-return]  # torch says no type


def weightless(model: nn.Module) -> nn.Module:
    """Put tensors that take no memory in the place of a model's own; one that has two names stays one."""
    parameters = {id(each): in_place_of(each, each.detach().to("meta")) for each in model.parameters()}
    exchange(model, parameters | {id(each): each.to("meta") for each in model.buffers()})
    return model


def in_place_of(parameter: nn.Parameter, values: Tensor) -> nn.Parameter:
    """A parameter of other values, with the hooks that a constructor registered on the one it made."""
    new = nn.Parameter(values, requires_grad=parameter.requires_grad)
    for hooks in ("_backward_hooks", "_post_accumulate_grad_hooks"):
        if found := getattr(parameter, hooks, None):
            setattr(new, hooks, found)
    return new


def exchange(model: nn.Module, new: Mapping[int, Any]) -> None:
    """Put other tensors in the place of a model's parameters and buffers, by the id of each."""
    for module in model.modules():
        for tensors in (module._parameters, module._buffers):
            for key, tensor in [*tensors.items()]:  # those of a scripted module know no `update`
                if id(tensor) in new:
                    tensors[key] = new[id(tensor)]
