"""The pictures of a training run: what goes to the worker, and the labels that never do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.training.plans import Plan
from reference import download, facades, mosaic, synthetic

Bytes = NDArray[np.uint8]

FAR = 10_000  # between the numbers of the parts' first facades


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures uint8 (H, W, 3), each with the class of every pixel, uint8 (H, W)."""

    images: tuple[Bytes, ...]
    labels: tuple[Bytes, ...]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures to learn from, to choose the best state by, and to test it on."""

    train: Labelled
    validation: Labelled
    test: Labelled


@lru_cache(maxsize=2)  # both networks are trained on the same ones
def pictures(plan: Plan, seed: int) -> Pictures:
    """Read or draw the pictures of a plan."""
    if plan.data == "real":
        whole = _real(plan.train, plan.validation, plan.test)
        return _crops(whole, plan.size, seed) if plan.size else whole
    if plan.data == "mosaic":
        return _mosaics(plan, seed)
    everything = _synthetic(plan.train + plan.validation + plan.test, plan.size, seed)
    ends = plan.train, plan.train + plan.validation
    return Pictures(
        _labelled(everything[: ends[0]]),
        _labelled(everything[ends[0] : ends[1]]),
        _labelled(everything[ends[1] :]),
    )


def _synthetic(count: int, size: int, seed: int) -> list[tuple[Bytes, Bytes]]:
    """Draw facades at twice the size and halve them, as the course halves real ones."""
    drawn = (synthetic.facade(seed, i, s) for i, s in enumerate(synthetic.sizes(seed, count, 2 * size)))
    return [(facades.halve(picture.rgb), facades.halve(picture.classes)) for picture in drawn]


def _mosaics(plan: Plan, seed: int) -> Pictures:
    """Draw mosaics; no part shares a facade with another."""
    parts = []
    for number, count in enumerate((plan.pictures, plan.validation, plan.test)):
        drawn = mosaic.mosaics(seed, number * FAR, count, plan.size)
        parts.append(_labelled([(picture.rgb, picture.classes) for picture in drawn]))
    return Pictures(*parts)


@lru_cache(maxsize=1)  # the same for every seed
def _real(*counts: int) -> Pictures:
    """Read the first pictures of each part of the real data."""
    split = facades.split(facades.pictures(download.cache()))
    chosen = zip((split.train, split.validation, split.test), counts, strict=True)
    return Pictures(*(_labelled([facades.read(Path(path)) for path in paths[:n]]) for paths, n in chosen))


def _crops(whole: Pictures, side: int, seed: int) -> Pictures:
    """Cut a square out of every picture, at a place drawn here."""
    rng = np.random.default_rng([seed, 2])
    return Pictures(*(_cropped(part, side, rng) for part in (whole.train, whole.validation, whole.test)))


def _cropped(part: Labelled, side: int, rng: np.random.Generator) -> Labelled:
    cut = []
    for image, label in zip(part.images, part.labels, strict=True):
        top, left = (int(rng.integers(max(1, length - side + 1))) for length in label.shape)
        window = np.s_[top : top + side, left : left + side]
        cut.append((image[window].copy(), label[window].copy()))
    return _labelled(cut)


def _labelled(pairs: Sequence[tuple[Bytes, Bytes]]) -> Labelled:
    images, labels = zip(*pairs, strict=True)
    return Labelled(images, labels)
