"""The layer of the kit's network whose output returnCAM was given in the place of layer 4's."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from grader.diagnosis.last_cell import are_features

Array = NDArray[Any]
WORDS = "they are the output of {}"


def hooked(network: nn.Module, given: Array, features: Array) -> str:
    """Return what layer gives these features for what a network was given, in words; "" where none does."""
    found = set[str]()

    def note(name: str, module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        if isinstance(output, Tensor) and are_features(features, output.numpy()):
            found.add(name)

    layers = [(name, module) for name, module in network.named_modules() if name]
    hooks = [module.register_forward_hook(partial(note, name)) for name, module in layers]
    try:
        with torch.inference_mode():
            network(torch.from_numpy(given.astype(np.float32)))
    finally:
        for hook in hooks:
            hook.remove()
    outermost = next((name for name, _ in layers if name in found), "")
    return WORDS.format(_written(outermost)) if outermost else ""


def _written(name: str) -> str:
    """A layer's name as it is written in code: layer4[0].conv1."""
    first, *rest = name.split(".")
    return first + "".join(f"[{each}]" if each.isdecimal() else f".{each}" for each in rest)
