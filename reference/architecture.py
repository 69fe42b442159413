"""The assignment as data: what every layer of FCN-32s and FCN-8s must be (parts 1 and 2), and of FCN-16s.

Long, Shelhamer and Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", on VGG-16.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Conv:
    """A convolution; `relu` and `dropout` (a Dropout2d's rate, 0 for none) follow it."""

    role: str
    inputs: int
    outputs: int
    kernel: int
    padding: int = 0
    relu: bool = True
    dropout: float = 0.0
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    bias: bool = True
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """A max pooling; floor or ceil mode are both right."""

    role: str
    kernel: int = 2
    stride: int = 2
    padding: int = 0


@dataclass(frozen=True, slots=True)
class Skip:
    """A skip: `pool` through the `score` convolution, cropped from `crop` on, is added after `after`."""

    pool: str
    score: Conv
    after: str
    crop: int


@dataclass(frozen=True, slots=True)
class Architecture:
    """A whole network: trunk, score layer, transposed convolutions, skips, and where the crop starts."""

    name: str
    n_class: int
    trunk: tuple[Conv | Pool, ...]
    score: Conv
    upscores: tuple[Conv, ...]
    crop: int
    skips: tuple[Skip, ...] = ()

    def convs(self) -> Iterator[Conv]:
        """Yield every convolution in the order of the forward pass; a skip's after the upscore it joins."""
        yield from (layer for layer in self.trunk if isinstance(layer, Conv))
        yield self.score
        for upscore in self.upscores:
            yield upscore
            yield from (skip.score for skip in self.skips if skip.after == upscore.role)

    def conv(self, role: str) -> Conv:
        """Return the convolution of a role; raises KeyError."""
        return {conv.role: conv for conv in self.convs()}[role]


BLOCKS: tuple[tuple[int, ...], ...] = (
    (64, 64),
    (128, 128),
    (256, 256, 256),
    (512, 512, 512),
    (512, 512, 512),
)
FIRST_PADDING = 100


def _blocks(padding: int) -> Iterator[Conv | Pool]:
    channels = 3
    for number, widths in enumerate(BLOCKS, start=1):
        for position, width in enumerate(widths, start=1):
            role = f"conv{number}_{position}"
            yield Conv(role, channels, width, kernel=3, padding=padding if role == "conv1_1" else 1)
            channels = width
        yield Pool(f"pool{number}")


def trunk(padding: int = FIRST_PADDING) -> tuple[Conv | Pool, ...]:
    """Return the layers that both networks share, from conv1_1 with its padding to fc7."""
    return (
        *_blocks(padding),
        Conv("fc6", 512, 4096, kernel=7, dropout=0.5),
        Conv("fc7", 4096, 4096, kernel=1, dropout=0.5),
    )


TRUNK = trunk()


def _score(role: str, inputs: int, n_class: int) -> Conv:
    return Conv(role, inputs, n_class, kernel=1, relu=False)


def _upscore(role: str, n_class: int, kernel: int, stride: int) -> Conv:
    return Conv(role, n_class, n_class, kernel, relu=False, stride=stride, bias=False, transposed=True)


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a map lies over the image: its first pixel at `start`, one every `step` pixels."""

    step: float = 1.0
    start: float = 0.0

    def after(self, layer: Conv | Pool) -> Grid:
        """Return the grid of what a layer makes of a map."""
        reach = (layer.kernel - 1) / 2
        if isinstance(layer, Conv) and layer.transposed:
            step = self.step / layer.stride
            return Grid(step, self.start - step * (reach - layer.padding))
        return Grid(self.step * layer.stride, self.start + self.step * (reach - layer.padding))

    def crop(self, under: Grid) -> int:
        """Return where a map on this grid must be cropped to lie over one whose first pixel is further in."""
        return round((under.start - self.start) / self.step)


def fcn32s(n_class: int = 12, padding: int = FIRST_PADDING) -> Architecture:
    """Return part 1's network: one transposed convolution, its output cropped from 19 (by padding 100)."""
    upscores = (_upscore("upscore", n_class, kernel=64, stride=32),)
    return _aligned(
        Architecture("FCN32s", n_class, trunk(padding), _score("score", 4096, n_class), upscores, 0)
    )


def fcn16s(n_class: int = 12, padding: int = FIRST_PADDING) -> Architecture:
    """Return the network between them: pool4 joins on the way up, its output cropped from 27."""
    upscores = (
        _upscore("upscore1", n_class, kernel=4, stride=2),
        _upscore("upscore2", n_class, kernel=32, stride=16),
    )
    skips = (Skip("pool4", _score("score_pool_4", 512, n_class), after="upscore1", crop=0),)
    score = _score("score", 4096, n_class)
    return _aligned(Architecture("FCN16s", n_class, trunk(padding), score, upscores, 0, skips))


def fcn8s(n_class: int = 12, padding: int = FIRST_PADDING) -> Architecture:
    """Return part 2's network: pool4 and pool3 join on the way up, its output cropped from 31."""
    upscores = (
        _upscore("upscore1", n_class, kernel=4, stride=2),
        _upscore("upscore2", n_class, kernel=4, stride=2),
        _upscore("upscore3", n_class, kernel=16, stride=8),
    )
    skips = (
        Skip("pool4", _score("score_pool_4", 512, n_class), after="upscore1", crop=0),
        Skip("pool3", _score("score_pool_3", 256, n_class), after="upscore2", crop=0),
    )
    score = _score("score", 4096, n_class)
    return _aligned(Architecture("FCN8s", n_class, trunk(padding), score, upscores, 0, skips))


def _aligned(network: Architecture) -> Architecture:
    """Return a network with its crops, which follow from its layers: each map lies where it came from."""
    grids, grid = {}, Grid()
    for layer in (*network.trunk, network.score, *network.upscores):
        grid = grids[layer.role] = grid.after(layer)
    skips = tuple(replace(one, crop=grids[one.pool].crop(grids[one.after])) for one in network.skips)
    return replace(network, crop=grid.crop(Grid()), skips=skips)


VGG_CONVS: tuple[str, ...] = tuple(
    layer.role for layer in TRUNK if isinstance(layer, Conv) and layer.kernel == 3
)
VGG_LINEARS: dict[int, str] = {0: "fc6", 3: "fc7"}  # index in vgg16.classifier -> role


def _features() -> Iterator[tuple[int, str]]:
    index = 0
    for layer in TRUNK:
        if layer.role in VGG_CONVS:
            yield index, layer.role
        index += 1 if isinstance(layer, Pool) else 2  # a ReLU follows each convolution


VGG_FEATURES: dict[int, str] = dict(_features())  # index in vgg16.features -> role
