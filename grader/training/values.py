"""First values of a model's parameters, by role: every model that is wired alike starts alike.

A student's own initial values are not used: they have lines of their own, and a fault costs points once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.network.reading import Reading
from grader.network.roles import Layer
from grader.training.plans import Weights
from reference import edges, mosaic
from reference.architecture import VGG_CONVS, VGG_FEATURES, VGG_LINEARS
from reference.facades import CLASSES, MEAN, STD
from reference.fcn import bilinear_weight
from reference.kit.weights import VGG16, cached, load

GAIN = 10.0  # times He's bound in conv1_1, as calibrated runs had it: another needs `make calibrate` again
KINDS = len(CLASSES)
LARGEST = 20_000_000  # elements of a value that is sent: a layer of a student may claim any size
LIVE = {"conv3_3": 256, "conv4_3": 512, "fc6": 3600, "fc7": 4096}  # channels in use; elsewhere one a kind
GAINS = {"conv3_3": 20.0, "conv4_1": 1 / 20, "conv4_3": 10.0, "conv5_1": 1 / 10, "fc7": 6.0}  # to learn fast
STEEP, NEAR = 2.5, 0.6  # a paint's filter: slope, and how near a colour must be
SILENT = -1.0  # the bias of a channel that no ReLU lets through


class Carry(NamedTuple):
    """A weight whose first `outputs` channels pass on what the first `inputs` say, times `gain`.

    Channel n speaks for kind n % `kinds`, and passes on the mean of its kind.
    """

    gain: float
    inputs: int
    outputs: int
    kinds: int


@dataclass(frozen=True, eq=False)
class Values:
    """What to fill parameters with: evenly from [-bound, bound], these very values (float32), or a carry.

    `shapes` are those that parameters take before, where they aren't to keep their own.
    """

    bounds: Mapping[str, float]
    given: Mapping[str, NDArray[np.float32]]
    carried: Mapping[str, Carry] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def start(weights: Weights, reading: Reading, shapes: Mapping[str, tuple[int, ...]]) -> Values:
    """Return the first values that a plan asks for; `shapes` are those of the model's parameters, by name."""
    if weights == "vgg16":
        path = cached(VGG16)
        assert path is not None, "plans.choose takes no such plan without VGG-16"
        return vgg16(reading, shapes, load(path))
    if weights == "edges":
        return edge_tuned(reading, shapes, edges.load(edges.path()))
    return matched(reading, shapes) if weights == "matched" else seeded(reading, shapes)


def seeded(reading: Reading, shapes: Mapping[str, tuple[int, ...]]) -> Values:
    """Start as He et al. 2015 do, scores at zero, transposed convolutions bilinear (Long et al. 2015)."""
    bounds = {name: _he(shape) for name, shape in shapes.items() if len(shape) > 1}
    for role, layer in reading.layers.items():
        bounds[layer.bias] = 0.0
        if role == "conv1_1":
            bounds[layer.weight] = GAIN * _he(shapes.get(layer.weight, ()))
        elif role.startswith("score"):
            bounds[layer.weight] = 0.0
    upscores = reading.upscores.values()
    given = {
        layer.weight: _bilinear(layer)
        for layer in upscores
        if layer.inputs * layer.outputs * prod(layer.kernel) <= LARGEST and len(set(layer.kernel)) == 1
    }
    return _known(bounds, given, shapes)


def matched(reading: Reading, shapes: Mapping[str, tuple[int, ...]]) -> Values:
    """Start with features that tell a mosaic's paints apart, as a pretrained network tells textures apart.

    The first layer has a filter for each paint, every other one passes on what it is told: which class has
    which paint is learned by the scores. Few channels are in use, the others are silent.
    """
    plain = seeded(reading, shapes)
    given, carried, inputs = dict(plain.given), {}, 0
    for role in (*VGG_CONVS, *VGG_LINEARS.values()):
        layer = reading.layers.get(role)
        shape = shapes.get(layer.weight, ()) if layer else ()
        if layer is None or len(shape) != 4 or shape[0] * prod(shape[2:]) > LARGEST:
            continue
        outputs, live = shape[0], min(LIVE.get(role, KINDS), shape[0])
        if role == "conv1_1" and shape[1] == 3:
            given[layer.weight], given[layer.bias] = _filters(shape)
        else:
            carried[layer.weight] = Carry(GAINS.get(role, 1.0), inputs, live, KINDS)
            given[layer.bias] = np.where(np.arange(outputs) < live, 0, SILENT).astype(np.float32)
        inputs = live
    return _known(plain.bounds, given, shapes, carried)


def _filters(shape: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights and biases that are positive where a normalised pixel has nearly a paint's colour."""
    weight, bias = np.zeros(shape, np.float32), np.full(shape[:1], SILENT, np.float32)
    corners = mosaic.CORNERS[: shape[0]]
    scale = 255 * STD.flatten().numpy() / mosaic.SPREAD
    middle = (255 * MEAN.flatten().numpy() - mosaic.MIDDLE) / mosaic.SPREAD
    weight[: len(corners), :, shape[2] // 2, shape[3] // 2] = STEEP * corners * scale
    bias[: len(corners)] = STEEP * (corners @ middle - NEAR)
    return weight, bias


def zero(reading: Reading, shapes: Mapping[str, tuple[int, ...]]) -> Values:
    """Start from scratch as the assignment does: convolutions zero, transposed convolutions bilinear."""
    layers = reading.layers.values()
    bounds = {name: 0.0 for layer in layers for name in (layer.weight, layer.bias)}
    return _known(bounds, {up.weight: _bilinear(up) for up in reading.upscores.values()}, shapes)


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


def edge_tuned(
    reading: Reading, shapes: Mapping[str, tuple[int, ...]], arrays: Mapping[str, NDArray[np.float32]]
) -> Values:
    """Start with VGG-16's convolutions as tuned to find edges, everything else as `seeded` does."""
    plain = seeded(reading, shapes)
    copied = {
        name: arrays[f"{role}.{kind}"]
        for role in VGG_CONVS
        if (layer := reading.layers.get(role))
        for name, kind in ((layer.weight, "weight"), (layer.bias, "bias"))
    }
    return _known(plain.bounds, {**plain.given, **copied}, shapes)


def _vgg_keys() -> Iterator[tuple[str, str]]:
    yield from ((role, f"features.{index}") for index, role in VGG_FEATURES.items())
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
    carried: Mapping[str, Carry] | None = None,
) -> Values:
    """Leave out what is no parameter, or has another shape."""
    return Values(
        {name: bound for name, bound in bounds.items() if name in shapes},
        {name: value for name, value in given.items() if shapes.get(name) == value.shape},
        carried or {},
    )
