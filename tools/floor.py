"""The least work that answers what a grading without training asks: `python -m tools.floor`, as JSON.

The reference's networks in the plain, at the sizes and as often as a grading runs them: a network is made,
given a VGG-16's weights and run, by one who answers and one who knows; so is one with an eighth of its
channels, in both modes, and differentiated; the maps are computed. No sandbox, no tracing, no search, no
report. What it computes is thrown away.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TypeVar

import numpy as np
import torch
from torch import nn
from torchvision.models import vgg16

from grader.clock import Clock, Spent, since_start
from grader.network import narrow
from reference.architecture import Architecture, fcn8s, fcn32s
from reference.cam import class_activation_map
from reference.fcn import FCN
from reference.kit.CAM.resnet import resnet18

PICTURE, PHOTO = (1, 3, 64, 76), (1, 3, 224, 224)
EVALUATED = ((4, 3, 41, 35), (4, 3, 41, 35), (2, 3, 33, 41), (4, 3, 41, 35))
LEARNED = (3, 3, 36, 36)
MANY, FEW = 12, 6  # classes
SIDES = 2  # one answers, one knows
PHOTOS, MAPS = 2, 12  # of the last cell, and asked for beside them
BLOCK = 1_000_003  # numbers that are drawn, and repeated

M = TypeVar("M", bound=nn.Module)


def work() -> dict[str, Spent]:
    """Do it, and return what each stage took; the first one is Python itself and imports."""
    stages, clock = {"start": since_start()}, Clock()
    for part, family in (("fcn32s", fcn32s), ("fcn8s", fcn8s)):
        with clock.lap(part):
            wide(family(MANY), times=SIDES if part == "fcn8s" else 1)  # who knows needs the trunk once
            small(family(FEW))
    with clock.lap("cam"):
        maps()
    return stages | dict(clock.laps)


def wide(architecture: Architecture, times: int) -> None:
    """Make a network, copy a VGG-16 into it and run it."""
    with torch.device("meta"):
        blank: nn.Module = vgg16(weights=None)
    source = filled(blank)
    for _ in range(times):
        model = blank_of(architecture).to_empty(device="cpu").eval()
        model.copy_vgg16(source)
        with torch.inference_mode():
            model(torch.randn(PICTURE))


def small(architecture: Architecture) -> None:
    """Run one with an eighth of the channels in both modes, and differentiate it."""
    for _ in range(SIDES):
        model = filled(blank_of(narrow.architecture(architecture)))
        with torch.no_grad():
            for size in EVALUATED:
                model.eval()(torch.randn(size))
        model.train()(torch.randn(LEARNED)).sum().backward()


def maps() -> None:
    """Run the kit's network on two photos, and compute maps."""
    with torch.device("meta"):
        blank = resnet18()
    for _ in range(SIDES):
        net = filled(blank)
        with torch.inference_mode():
            for _ in range(PHOTOS):
                net.eval()(torch.randn(PHOTO))
        features, weight = np.random.default_rng(0).random((1, 512, 7, 7)), net.fc.weight.detach().numpy()
        for index in range(PHOTOS + MAPS):
            class_activation_map(features, weight, index)


def blank_of(architecture: Architecture) -> FCN:
    """A network without values: none are drawn only to be overwritten."""
    with torch.device("meta"):
        return FCN(architecture)


def filled(blank: M) -> M:
    """The network with values, as fast as memory can be filled."""
    block, model = torch.randn(BLOCK), blank.to_empty(device="cpu")
    with torch.no_grad():
        for parameter in model.parameters():
            for part in parameter.view(-1).split(BLOCK):
                torch.mul(block[: len(part)], 0.02, out=part)
    return model


if __name__ == "__main__":
    print(json.dumps({stage: asdict(spent) for stage, spent in work().items()}))
