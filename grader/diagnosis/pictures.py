"""What a network was given for a picture: how it was resized, which channels it has, how it was normalised.

A normalisation is a straight line for each channel, so that any is found by a fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]
Floats = NDArray[np.float64]
SIDE = 224
SHORTER = (256, 232, 224)  # pixels of the shorter side, of which the middle is cut out
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
LARGEST = 1e6  # what no normalisation makes of a pixel
NEAR = 0.01  # how far a mean or a deviation may be from another
EXPLAINED = 0.02  # of a picture's variance, which may be left unexplained: how it is resized moves pixels


class Way(NamedTuple):
    """One way to prepare a picture; `fault` is "" for the right one."""

    fault: str
    picture: Floats  # (3, rows, columns), in [0, 1]


class Given(NamedTuple):
    """How a picture was prepared: what is wrong with it, and its mean and deviation, by channel."""

    faults: tuple[str, ...]
    mean: Floats
    std: Floats


def prepared(given: Array, image: Image.Image) -> Given | None:
    """Return how an image became what a network was given, (1, 3, rows, columns); None for no known way."""
    if given.ndim != 4 or given.shape[:2] != (1, 3) or not given.size or not np.abs(given).max() < LARGEST:
        return None
    wanted = given[0].astype(np.float64)
    if not wanted.var(axis=(1, 2)).all():
        return None
    found = [(*_fitted(way.picture, wanted), way) for way in _ways(image, given.shape[2:])]
    left, mean, std, way = min(found, key=lambda each: (round(each[0], 3), bool(each[3].fault)))
    if left > EXPLAINED:
        return None
    rows, columns = given.shape[2:]
    size = (
        "" if (rows, columns) == (SIDE, SIDE) else f"the image is ({rows}, {columns}), not ({SIDE}, {SIDE})"
    )
    return Given(tuple(filter(None, (size, way.fault, _normalisation(mean, std)))), mean, std)


def _fitted(picture: Floats, wanted: Floats) -> tuple[float, Floats, Floats]:
    """Return the share of variance that no line explains, and each channel's mean and deviation."""
    flat, seen = picture.reshape(3, -1), wanted.reshape(3, -1)
    spread = flat.var(axis=1)
    slope = ((flat - flat.mean(1, keepdims=True)) * seen).mean(axis=1) / np.where(spread > 0, spread, 1.0)
    start = seen.mean(axis=1) - slope * flat.mean(axis=1)
    left = ((slope[:, None] * flat + start[:, None] - seen) ** 2).mean()
    std = 1 / np.where(slope == 0, np.inf, slope)
    return float(left / (seen.var(axis=1).mean() or 1.0)), -start * std, std


def _ways(image: Image.Image, size: tuple[int, ...]) -> Iterator[Way]:
    for (cut, small), (colour, mixed), (turn, turned) in product(_cuts(image, size), COLOURS, TURNS):
        yield Way("; ".join(filter(None, (cut, colour, turn))), turned(mixed(small)))


def _cuts(image: Image.Image, size: tuple[int, ...]) -> Iterator[tuple[str, Floats]]:
    """Yield the image at a size (rows, columns), whole or its middle, in [0, 1]."""
    rows, columns = size
    yield "", _pixels(image.resize((columns, rows), Image.Resampling.BILINEAR))
    for side in SHORTER:
        scale = side / min(image.size)
        width, height = (round(length * scale) for length in image.size)
        if width >= columns and height >= rows and (width, height) != (columns, rows):
            small = image.resize((width, height), Image.Resampling.BILINEAR)
            how = f"the middle is cut out of the image, whose shorter side is resized to {side}"
            yield how, _pixels(_middle(small, rows, columns))
    if image.width >= columns and image.height >= rows:
        yield (
            "the middle is cut out of the image, which is not resized",
            _pixels(_middle(image, rows, columns)),
        )


def _middle(image: Image.Image, rows: int, columns: int) -> Image.Image:
    left, top = round((image.width - columns) / 2), round((image.height - rows) / 2)
    return image.crop((left, top, left + columns, top + rows))


def _pixels(image: Image.Image) -> Floats:
    return np.asarray(image, dtype=np.float64).transpose(2, 0, 1) / 255


def _grey(picture: Floats) -> Floats:
    return np.broadcast_to(np.tensordot([0.299, 0.587, 0.114], picture, axes=1), picture.shape)


COLOURS = (
    ("", lambda p: p),
    ("the image's channels are blue, green, red", lambda p: p[::-1]),
    ("the image is grey", _grey),
)
TURNS = (
    ("", lambda p: p),
    ("the image is mirrored", lambda p: p[:, :, ::-1]),
    ("the image is upside down", lambda p: p[:, ::-1]),
)


def _normalisation(mean: Floats, std: Floats) -> str:
    """Return what is wrong with a mean and a deviation (3,)."""
    known = (
        ("", MEAN, STD),
        ("the image is not normalised", np.zeros(3), np.ones(3)),
        ("the image is in [0, 255], not in [0, 1], before it is normalised", MEAN / 255, STD / 255),
        ("the image is in [0, 255] and not normalised", np.zeros(3), np.ones(3) / 255),
        ("only the mean is taken off", MEAN, np.ones(3)),
        ("the image is only divided by the deviation", np.zeros(3), STD),
        ("mean and deviation are exchanged", STD, MEAN),
        ("mean and deviation are those of blue, green, red", MEAN[::-1], STD[::-1]),
        ("the image is normalised twice", MEAN + MEAN * STD, STD**2),
    )
    for words, *numbers in known:
        if all(map(_near, (mean, std), numbers)):
            return words
    return f"the image is normalised with mean {_told(mean)} and deviation {_told(std)}"


def _near(found: Floats, wanted: Floats) -> bool:
    return bool((np.abs(found - wanted) <= NEAR * np.maximum(np.abs(wanted), 0.2)).all())


def _told(numbers: Floats) -> str:
    told = [f"{number:.3g}" for number in numbers]
    return told[0] if len(set(told)) == 1 else ", ".join(told)
