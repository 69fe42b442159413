"""The CMP Facade data set as the course reads it: pictures, labels, splits.

Tylecek and Sara 2013, "Spatial Pattern Templates for Recognition of Objects with Regular Structure".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

Bytes = NDArray[np.uint8]

# Class c of the network is colour c + 1 of the label pictures' palette.
CLASSES = (
    "background",
    "facade",
    "window",
    "door",
    "cornice",
    "sill",
    "balcony",
    "blind",
    "deco",
    "molding",
    "pillar",
    "shop",
)
PALETTE = np.array(  # by class, as the label pictures show it
    [
        [0, 0, 170], [0, 0, 255], [0, 85, 255], [0, 170, 255], [0, 255, 255], [85, 255, 170],
        [170, 255, 85], [255, 255, 0], [255, 170, 0], [255, 85, 0], [255, 0, 0], [170, 0, 0],
    ],
    dtype=np.uint8,
)  # fmt: skip
FOLDERS = ("base", "extended")
TRAIN, VALIDATION = 500, 30  # pictures; the rest is for testing

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)  # of ImageNet
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


@dataclass(frozen=True, slots=True)
class Split:
    """Paths of the pictures to train on, to choose the best model by, and to test it on."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]


def pictures(root: Path) -> list[str]:
    """List the pictures of the data set at `root`: base, then extended, each by name."""
    return [str(path) for folder in FOLDERS for path in sorted((root / folder).glob("*.jpg"))]


def split(paths: Sequence[str], train: int = TRAIN, validation: int = VALIDATION) -> Split:
    """Cut the list of pictures as the course does: first to train, next to validate, last to test."""
    end = train + validation
    return Split(tuple(paths[:train]), tuple(paths[train:end]), tuple(paths[end:]))


class Facades(Dataset[tuple[Tensor, Tensor]]):
    """Pictures by path, each with the label picture of the same stem, both at half their size.

    An item is a normalised float32 image (3, H, W) and an int64 label (H, W) of classes 0 to 11.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = list(paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rgb, classes = read(Path(self.paths[index]))
        return normalise(rgb), torch.from_numpy(classes.astype(np.int64))

    def revert_input(self, img: Tensor, label: Tensor) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Give back a picture (H, W, 3) in [0, 1], and the colours 1 to 12 of its label (H, W)."""
        rgb = (img.detach().cpu() * STD + MEAN).clamp(0, 1).permute(1, 2, 0)
        return rgb.numpy(), label.detach().cpu().numpy() + 1


def read(path: Path) -> tuple[Bytes, Bytes]:
    """Read a picture (H, W, 3) and the class of every pixel (H, W), 0 to 11, both uint8, at half size.

    A pixel without a class, which the real data has none of, is 255.
    """
    return _half(path, "RGB"), labels(path)


def labels(path: Path) -> Bytes:
    """Read the class of every pixel of a picture alone."""
    return _half(path.with_suffix(".png"), "P") - np.uint8(1)


def normalise(rgb: Bytes) -> Tensor:
    """Turn a picture (H, W, 3) into what VGG-16 expects: float32 (3, H, W), about mean 0 and deviation 1."""
    return (torch.from_numpy(rgb).permute(2, 0, 1).float().div(255) - MEAN) / STD


def revert(image: Tensor) -> Bytes:
    """Undo `normalise`: a picture (H, W, 3) to look at."""
    rgb = (image.detach().cpu() * STD + MEAN).clamp(0, 1).mul(255).round()
    return rgb.permute(1, 2, 0).to(torch.uint8).numpy()


def halve(pixels: Bytes) -> Bytes:
    """Halve both sides as the course's kit does: OpenCV and Pillow differ in the pixels they keep."""
    return np.asarray(cv2.resize(pixels, (0, 0), fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST), np.uint8)


def _half(path: Path, mode: str) -> Bytes:
    with Image.open(path) as image:
        if image.mode != mode:
            raise ValueError(f"{path} is a picture of mode {image.mode}, not {mode}")
        return halve(np.array(image, dtype=np.uint8))
