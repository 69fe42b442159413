"""Networks with the assignment's structure and a handful of channels, with the source of a student."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from grader.network.graph import Expr
from grader.network.reading import Reading, read_whole
from grader.network.trace import Trace, read_trace
from grader.records.submission import Chunk
from grader.wall import verbs
from grader.wall.answers import fit, read_value
from grader.worker import meta
from grader.worker.loader import World, run_chunks
from grader.worker.operations import OPERATIONS
from grader.worker.places import place_of_frame
from grader.worker.trace import record
from reference.architecture import Architecture, Conv, fcn8s, fcn16s, fcn32s

torch.set_num_threads(1)
meta.prepare()  # as a worker does

CHANNELS = {64: 2, 128: 4, 256: 8, 512: 16, 4096: 24}
SIZE = (64, 76)
TRACED = verbs.Trace("FCN8s", size=(1, 3, *SIZE))

SOURCE = """\
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

def bilinear(channels, size):
    ramp = 1 - (torch.arange(size) - (size - 1) / 2).abs() / (size // 2)
    weight = torch.zeros(channels, channels, size, size)
    weight[range(channels), range(channels)] = torch.outer(ramp, ramp)
    return weight

class Trunk(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.conv1_1 = nn.Conv2d(3, 2, 3, padding=100)
        self.conv1_2 = nn.Conv2d(2, 2, 3, padding=1)
        self.conv2_1 = nn.Conv2d(2, 4, 3, padding=1)
        self.conv2_2 = nn.Conv2d(4, 4, 3, padding=1)
        self.conv3_1 = nn.Conv2d(4, 8, 3, padding=1)
        self.conv3_2 = nn.Conv2d(8, 8, 3, padding=1)
        self.conv3_3 = nn.Conv2d(8, 8, 3, padding=1)
        self.conv4_1 = nn.Conv2d(8, 16, 3, padding=1)
        self.conv4_2 = nn.Conv2d(16, 16, 3, padding=1)
        self.conv4_3 = nn.Conv2d(16, 16, 3, padding=1)
        self.conv5_1 = nn.Conv2d(16, 16, 3, padding=1)
        self.conv5_2 = nn.Conv2d(16, 16, 3, padding=1)
        self.conv5_3 = nn.Conv2d(16, 16, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.pool2 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.pool3 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.pool4 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.pool5 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.fc6 = nn.Conv2d(16, 24, 7)
        self.drop6 = nn.Dropout2d(0.5)
        self.fc7 = nn.Conv2d(24, 24, 1)
        self.drop7 = nn.Dropout2d(0.5)
        self.score = nn.Conv2d(24, n_class, 1)

    def trunk(self, x):
        h = F.relu(self.conv1_1(x))
        h = self.pool1(F.relu(self.conv1_2(h)))
        h = F.relu(self.conv2_1(h))
        h = self.pool2(F.relu(self.conv2_2(h)))
        h = F.relu(self.conv3_1(h))
        h = F.relu(self.conv3_2(h))
        pool3 = h = self.pool3(F.relu(self.conv3_3(h)))
        h = F.relu(self.conv4_1(h))
        h = F.relu(self.conv4_2(h))
        pool4 = h = self.pool4(F.relu(self.conv4_3(h)))
        h = F.relu(self.conv5_1(h))
        h = F.relu(self.conv5_2(h))
        h = self.pool5(F.relu(self.conv5_3(h)))
        h = self.drop6(F.relu(self.fc6(h)))
        h = self.drop7(F.relu(self.fc7(h)))
        return pool3, pool4, self.score(h)

    def copy_params_from_vgg16(self, vgg16):
        convs = [layer for layer in vgg16.features if isinstance(layer, nn.Conv2d)]
        own = [layer for layer in self.modules() if type(layer) is nn.Conv2d][:13]
        for layer, source in zip(own, convs):
            layer.weight.data = source.weight.data
            layer.bias.data = source.bias.data
        for layer, source in ((self.fc6, vgg16.classifier[0]), (self.fc7, vgg16.classifier[3])):
            layer.weight.data.copy_(source.weight.data.view(layer.weight.shape))
            layer.bias.data.copy_(source.bias.data)

class FCN32s(Trunk):
    def __init__(self, n_class=12):
        super().__init__(n_class)
        self.upscore = nn.ConvTranspose2d(n_class, n_class, 64, stride=32, bias=False)
        self.upscore.weight.data.copy_(bilinear(n_class, 64))

    def forward(self, x):
        _, _, h = self.trunk(x)
        h = self.upscore(h)
        return h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]

class FCN16s(Trunk):
    def __init__(self, n_class=12):
        super().__init__(n_class)
        self.score_skip = nn.Conv2d(16, n_class, kernel_size=1)
        self.up_two = nn.ConvTranspose2d(n_class, n_class, 4, stride=2, bias=False)
        self.up_sixteen = nn.ConvTranspose2d(n_class, n_class, 32, stride=16, bias=False)
        self.up_two.weight.data.copy_(bilinear(n_class, 4))
        self.up_sixteen.weight.data.copy_(bilinear(n_class, 32))

    def forward(self, x):
        _, pool4, h = self.trunk(x)
        h, s = self.up_two(h), self.score_skip(pool4)
        h = self.up_sixteen(h + s[:, :, 5:, 5:][:, :, :h.size(2), :h.size(3)])
        return h[:, :, 27:27 + x.size(2), 27:27 + x.size(3)]

class FCN8s(Trunk):
    def __init__(self, n_class=12):
        super().__init__(n_class)
        self.score_pool_3 = nn.Conv2d(8, n_class, 1)
        self.score_pool_4 = nn.Conv2d(16, n_class, 1)
        self.upscore1 = nn.ConvTranspose2d(n_class, n_class, 4, stride=2, bias=False)
        self.upscore2 = nn.ConvTranspose2d(n_class, n_class, 4, stride=2, bias=False)
        self.upscore3 = nn.ConvTranspose2d(n_class, n_class, 16, stride=8, bias=False)
        for layer in (self.upscore1, self.upscore2, self.upscore3):
            layer.weight.data.copy_(bilinear(n_class, layer.kernel_size[0]))

    def forward(self, x):
        pool3, pool4, h = self.trunk(x)
        h = self.upscore1(h)
        s = self.score_pool_4(pool4)
        h = h + s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]
        h = self.upscore2(h)
        s = self.score_pool_3(pool3)
        h = h + s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]
        h = self.upscore3(h)
        return h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]
"""

Edit = tuple[str, str]


def edited(*edits: Edit, source: str = SOURCE) -> str:
    """The source after each text was put in the place of another, which must be there once."""
    for old, new in edits:
        assert source.count(old) == 1, f"{old!r} stands there {source.count(old)} times"
        source = source.replace(old, new)
    return source


def _narrow(conv: Conv) -> Conv:
    inputs, outputs = (CHANNELS.get(n, n) for n in (conv.inputs, conv.outputs))
    return replace(conv, inputs=inputs, outputs=outputs)


def slim(architecture: Architecture) -> Architecture:
    """A network of the assignment with a handful of channels."""
    return replace(
        architecture,
        trunk=tuple(_narrow(step) if isinstance(step, Conv) else step for step in architecture.trunk),
        score=_narrow(architecture.score),
        skips=tuple(replace(skip, score=_narrow(skip.score)) for skip in architecture.skips),
    )


def slim32(n_class: int = 12) -> Architecture:
    """FCN-32s, slim."""
    return slim(fcn32s(n_class))


def slim8(n_class: int = 12) -> Architecture:
    """FCN-8s, slim."""
    return slim(fcn8s(n_class))


def slim16(n_class: int = 12) -> Architecture:
    """FCN-16s, slim."""
    return slim(fcn16s(n_class))


SLIM: dict[str, Callable[[int], Architecture]] = {"FCN32s": slim32, "FCN16s": slim16, "FCN8s": slim8}


def world_of(source: str) -> World:
    """A submission that is one cell of this source, loaded in this process."""
    namespace: dict[str, Any] = {"__name__": "submission"}
    failures = run_chunks([Chunk("cell 1", 1, source)], namespace)
    targets = {name: namespace[name] for name in TARGETS if name in namespace}
    return World(namespaces={"submission": namespace}, targets=targets, failures=failures)


TARGETS = (
    "FCN32s",
    "FCN16s",
    "FCN8s",
    "get_cls_pred",
    "returnCAM",
    "gradCAM",
    "copy_vgg16_into",
    "vgg16_to_model",
)


def record_of(
    source: str, name: str = "FCN8s", *, training: bool = False, size: tuple[int, int] = SIZE
) -> dict[str, Any]:
    """What the worker writes down of a forward pass."""
    asked = verbs.Trace(name, size=(1, 3, *size), training=training)
    written: dict[str, Any] = OPERATIONS[verbs.Trace](world_of(source), asked, {})[0]
    return written


def read_record(record: dict[str, Any]) -> Trace:
    """A forward pass as the trusted side reads what was written down of it."""
    value: Any = record
    return read_trace(read_value(fit(value, {}, TRACED), TRACED))


def trace_of(source: str, name: str = "FCN8s", **options: Any) -> Trace:
    """A forward pass as the trusted side reads it."""
    return read_record(record_of(source, name, **options))


def reading_of(source: str, name: str = "FCN8s", **options: Any) -> Reading:
    """A network in the assignment's terms."""
    trace = trace_of(source, name, **options)
    assert trace.output is not None
    return replace(read_whole(trace.output, trace.abandoned, SLIM[name](12)), unused=trace.unused)


class Computes(nn.Module):
    """A module whose forward pass is a function of the input (and of the layers it is given)."""

    def __init__(self, function: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        self.function = function
        self.layers = nn.ModuleDict(layers)

    def forward(self, x: torch.Tensor) -> Any:
        return self.function(x, *self.layers.values())


def traced(function: Callable[..., Any], shape: tuple[int, ...] = (1, 3, 8, 9), **layers: nn.Module) -> Trace:
    """The trace of a function on the meta device."""
    model = Computes(function, **layers).to("meta").eval()
    return read_record(record(model, torch.zeros(shape, device="meta"), place_of_frame)[0])


def expr_of(function: Callable[..., Any], shape: tuple[int, ...] = (1, 3, 8, 9), **layers: nn.Module) -> Expr:
    """What a function of the input is, as an expression."""
    output = traced(function, shape, **layers).output
    assert output is not None
    return output
