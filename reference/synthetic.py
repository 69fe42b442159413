"""Facades drawn from a seed, in the file format of the CMP Facade DB: for machines without the real data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reference.building import building, surroundings
from reference.facades import PALETTE
from reference.sketch import Sketch

LONG_SIDE = 1024  # pixels, as in the real data before it is halved
BASE = 378  # pictures in the real data's base set; the others are its extended set


@dataclass(frozen=True, slots=True)
class Picture:
    """A facade: rgb uint8 (H, W, 3), and the class of every pixel, uint8 (H, W), 0 to 11."""

    rgb: NDArray[np.uint8]
    classes: NDArray[np.uint8]


def facade(seed: int, index: int, size: tuple[int, int]) -> Picture:
    """Draw facade number `index` of a seed, `size` = (width, height) pixels."""
    sketch = Sketch(np.random.default_rng([seed, index]), *size)
    surroundings(sketch)
    building(sketch)
    return Picture(_photograph(sketch), sketch.classes)


def sizes(seed: int, count: int, long_side: int = LONG_SIDE) -> list[tuple[int, int]]:
    """Draw sizes (width, height) as mixed as the real data's: upright and wide, one side `long_side`."""
    aspects = np.random.default_rng([seed, 1 << 20]).uniform(0.62, 1.5, count)  # width / height
    return [(round(long_side * min(1.0, a)), round(long_side * min(1.0, 1 / a))) for a in aspects]


def write(root: Path, seed: int, count: int, long_side: int = LONG_SIDE) -> None:
    """Write facades as base/cmp_b0001.jpg and .png ...; from the 379th on as extended/cmp_x0001."""
    for index, size in enumerate(sizes(seed, count, long_side)):
        stem = f"base/cmp_b{index + 1:04}" if index < BASE else f"extended/cmp_x{index + 1 - BASE:04}"
        (root / stem).parent.mkdir(parents=True, exist_ok=True)
        save(facade(seed, index, size), root / stem)


def save(picture: Picture, stem: Path) -> None:
    """Write a picture as `stem`.jpg, and its classes as the colours 1 to 12 of `stem`.png's palette."""
    Image.fromarray(picture.rgb).save(stem.with_suffix(".jpg"), quality=90)
    label = Image.fromarray(picture.classes + 1).convert("P")
    label.putpalette([0, 0, 0, *PALETTE.ravel().tolist()])
    label.save(stem.with_suffix(".png"))


def _photograph(sketch: Sketch) -> NDArray[np.uint8]:
    """Light the scene, cast a shadow on it, and see it through a camera's colours, lens and noise."""
    rng, (height, width) = sketch.rng, sketch.classes.shape
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    slope = rng.uniform(-0.16, 0.16, 2)
    light = rng.uniform(0.8, 1.15) * (1 + slope[0] * across + slope[1] * down)
    if sketch.chance(0.4):  # the shadow of a house across the street
        light *= np.where(down > rng.uniform(-0.2, 0.6) + rng.uniform(-1.5, 1.5) * across, 0.72, 1)
    rgb = sketch.rgb * light[..., None] * rng.normal(1, 0.04, 3)
    rgb = cv2.GaussianBlur(rgb, (0, 0), 0.35 + width / 1500)
    rgb += rng.normal(0, rng.uniform(2, 7), rgb.shape)
    return np.asarray(rgb.clip(0, 255), dtype=np.uint8)
