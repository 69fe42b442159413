"""Layers of a model by their path, with their types: torch says of an attribute only that it is one."""

from __future__ import annotations

from torch import nn


def conv(model: nn.Module, path: str) -> nn.Conv2d | nn.ConvTranspose2d:
    """The convolution that stands there."""
    found = model.get_submodule(path)
    assert isinstance(found, nn.Conv2d | nn.ConvTranspose2d), f"{path} is a {type(found).__name__}"
    return found


def linear(model: nn.Module, path: str) -> nn.Linear:
    """The linear layer that stands there."""
    found = model.get_submodule(path)
    assert isinstance(found, nn.Linear), f"{path} is a {type(found).__name__}"
    return found
