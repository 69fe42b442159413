"""Mosaics of painted facades: pictures that a network can learn from in a few dozen steps.

A tile shows what surrounds a pixel of one class, near enough for a stride of 32, and all classes have
as many tiles. Each class has a paint of its own, another one for another seed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reference.facades import CLASSES
from reference.synthetic import Picture, facade, sizes

TILE, NEARER = 32, 2  # pixels a side; facades are enlarged so often
PAINT = 0.85  # how much of its class's paint a pixel shows
GOLDEN = (1 + 5**0.5) / 2
CORNERS = np.array(  # of an icosahedron: twelve points as far from each other as can be
    [corner for a in (-1, 1) for b in (-GOLDEN, GOLDEN) for corner in ((0, a, b), (a, b, 0), (b, 0, a))]
) / np.hypot(1, GOLDEN)  # fmt: skip
MIDDLE, SPREAD = 128.0, 105.0
PAINTS = (MIDDLE + SPREAD * CORNERS).astype(np.float32)  # rgb, 0 to 255

Places = list[tuple[Picture, NDArray[np.int64]]]  # facades that hold a class, and where


def mosaics(seed: int, first: int, count: int, side: int) -> list[Picture]:
    """Draw mosaics, `side` pixels square, from facades of their own, which are numbered from `first` on."""
    paints = PAINTS[np.random.default_rng([seed, 1 << 21]).permutation(len(PAINTS))]
    rng = np.random.default_rng([seed, 1 << 22, first])
    all_sizes = sizes(seed, first + max(4, count // 2))
    facades = [_near(facade(seed, n, all_sizes[n]), paints) for n in range(first, len(all_sizes))]
    places = [_places(facades, number) for number in range(len(CLASSES))]
    there = [number for number, found in enumerate(places) if found]
    return [_mosaic(rng, [places[number] for number in there], side) for _ in range(count)]


def _near(picture: Picture, paints: NDArray[np.float32]) -> Picture:
    rgb = (1 - PAINT) * picture.rgb + PAINT * paints[picture.classes]
    near = np.ones((NEARER, NEARER), np.uint8)
    return Picture(np.kron(rgb.astype(np.uint8), near[..., None]), np.kron(picture.classes, near))


def _places(facades: Sequence[Picture], number: int) -> Places:
    found = ((picture, np.flatnonzero(picture.classes == number)) for picture in facades)
    return [(picture, where) for picture, where in found if where.size]


def _mosaic(rng: np.random.Generator, places: Sequence[Places], side: int) -> Picture:
    rows = side // TILE
    mosaic = Picture(np.zeros((side, side, 3), np.uint8), np.zeros((side, side), np.uint8))
    order = np.concatenate([rng.permutation(len(places)) for _ in range(rows**2 // len(places) + 1)])
    for tile, number in enumerate(order[: rows**2].tolist()):
        picture, where = places[number][rng.integers(len(places[number]))]
        theirs = _around(picture, int(rng.choice(where)))
        row, column = tile // rows * TILE, tile % rows * TILE
        ours = np.s_[row : row + TILE, column : column + TILE]
        mosaic.rgb[ours], mosaic.classes[ours] = picture.rgb[theirs], picture.classes[theirs]
    return mosaic


def _around(picture: Picture, pixel: int) -> tuple[slice, slice]:
    """Cut a tile around a pixel, as near as the border allows."""
    height, width = picture.classes.shape
    top = min(max(pixel // width - TILE // 2, 0), height - TILE)
    left = min(max(pixel % width - TILE // 2, 0), width - TILE)
    return np.s_[top : top + TILE, left : left + TILE]
