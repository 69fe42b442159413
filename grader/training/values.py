"""First values of a model's parameters, by role: every model that is wired alike starts alike.

A student's own initial values are not used: they have lines of their own, and a fault is not paid for twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.network.reading import Reading
from grader.network.roles import Layer
from reference.architecture import VGG_CONVS, VGG_LINEARS
from reference.fcn import bilinear_weight

GAIN = 10.0
VGG_POSITIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)  # of the convolutions in vgg16.features


@dataclass(frozen=True, eq=False)
class Values:
    """What to fill parameters with: evenly from [-bound, bound], or these very values (float32)."""

    bounds: Mapping[str, float]
    given: Mapping[str, NDArray[np.float32]]


def seeded(reading: Reading, shapes: Mapping[str, tuple[int, ...]]) -> Values:
    """Start as He et al. 2015 do, scores at zero, transposed convolutions bilinear (Long et al. 2015)."""
    bounds = {name: _he(shape) for name, shape in shapes.items() if len(shape) > 1}
    for role, layer in reading.layers.items():
        bounds[layer.bias] = 0.0
        if role == "conv1_1":
            bounds[layer.weight] = GAIN * _he(shapes.get(layer.weight, ()))
        elif role.startswith("score"):
            bounds[layer.weight] = 0.0
    given = {layer.weight: _bilinear(layer) for layer in reading.layers.values() if layer.transposed}
    return _known(bounds, given, shapes)


def zero(reading: Reading, shapes: Mapping[str, tuple[int, ...]]) -> Values:
    """Start from scratch as the assignment does: convolutions zero, transposed convolutions bilinear."""
    layers = reading.layers.values()
    bounds = {name: 0.0 for layer in layers for name in (layer.weight, layer.bias)}
    return _known(bounds, {layer.weight: _bilinear(layer) for layer in layers if layer.transposed}, shapes)


def vgg16(reading: Reading, shapes: Mapping[str, tuple[int, ...]], state: Mapping[str, Tensor]) -> Values:
    """Start from VGG-16's weights, scores at zero, transposed convolutions bilinear."""
    start = zero(reading, shapes)
    copied = {}
    for role, key in _vgg_keys():
        layer = reading.layers.get(role)
        for name, value in ((layer.weight, "weight"), (layer.bias, "bias")) if layer else ():
            source = state[f"{key}.{value}"]
            if prod(shapes.get(name, (0,))) == source.numel():
                copied[name] = source.reshape(shapes[name]).numpy()
    return Values(start.bounds, {**start.given, **copied})


def _vgg_keys() -> Iterator[tuple[str, str]]:
    yield from ((role, f"features.{n}") for role, n in zip(VGG_CONVS, VGG_POSITIONS, strict=True))
    yield from ((role, f"classifier.{n}") for n, role in VGG_LINEARS.items())


def _he(shape: tuple[int, ...]) -> float:
    return float((6 / max(1, prod(shape[1:]))) ** 0.5)


def _bilinear(layer: Layer) -> NDArray[np.float32]:
    values = bilinear_weight(layer.inputs, layer.outputs // layer.groups, layer.kernel[0])
    return np.asarray(values.to(torch.float32).numpy())


def _known(
    bounds: Mapping[str, float],
    given: Mapping[str, NDArray[np.float32]],
    shapes: Mapping[str, tuple[int, ...]],
) -> Values:
    """Leave out what is no parameter, or has another shape."""
    return Values(
        {name: bound for name, bound in bounds.items() if name in shapes},
        {name: value for name, value in given.items() if shapes.get(name) == value.shape},
    )
