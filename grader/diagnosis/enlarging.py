"""Enlarging a map as libraries do: each way is linear, and treats rows and columns alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import cv2
import numpy as np
import torch
from PIL import Image
from torch.nn.functional import interpolate

from grader.diagnosis.ways import Floats

Enlarging = Callable[[Floats, int], Floats]  # a square of cells, and how many rows it shall have


def _opencv(cells: Floats, rows: int) -> Floats:
    return np.asarray(cv2.resize(cells, (cells.shape[1], rows)))


def _pillow(method: Image.Resampling) -> Enlarging:
    def enlarging(cells: Floats, rows: int) -> Floats:
        picture = Image.fromarray(cells.astype(np.float32))
        return np.asarray(picture.resize((cells.shape[1], rows), method), np.float64)

    return enlarging


def _torch(mode: str) -> Enlarging:
    def enlarging(cells: Floats, rows: int) -> Floats:
        given = torch.from_numpy(cells)[None, None]
        return interpolate(given, size=(rows, cells.shape[1]), mode=mode, align_corners=True)[0, 0].numpy()

    return enlarging


def _skimage(order: int) -> Enlarging:
    def enlarging(cells: Floats, rows: int) -> Floats:
        from skimage.transform import resize  # half a second's import, seldom needed

        size = rows, cells.shape[1]
        return np.asarray(resize(cells, size, order=order, clip=False))  # type: ignore[no-untyped-call]

    return enlarging


def _scipy(order: int) -> Enlarging:
    def enlarging(cells: Floats, rows: int) -> Floats:
        from scipy.ndimage import zoom

        return np.asarray(zoom(cells, (rows / len(cells), 1), order=order))

    return enlarging


METHODS: Mapping[str, Enlarging] = {
    "OpenCV": _opencv,
    "torch, corners aligned": _torch("bilinear"),
    "torch, cubic, corners aligned": _torch("bicubic"),
    "Pillow, cubic": _pillow(Image.Resampling.BICUBIC),
    "Pillow, Lanczos": _pillow(Image.Resampling.LANCZOS),
    "scikit-image": _skimage(1),
    "scikit-image, cubic": _skimage(3),
    "SciPy, linear": _scipy(1),
    "SciPy": _scipy(3),
}


@cache
def matrix(method: str, cells: int, rows: int) -> Floats:
    """How much of each cell each row of the enlarged map holds."""
    return METHODS[method](np.eye(cells), rows)


def enlarged(values: Floats, size: tuple[int, ...], method: str) -> Floats:
    """A map of the given rows and columns."""
    rows, columns = (matrix(method, cells, side) for cells, side in zip(values.shape, size, strict=True))
    return rows @ values @ columns.T


def before(values: Floats, cells: tuple[int, ...], method: str) -> Floats:
    """The small map that comes nearest to these values once it is enlarged."""
    rows, columns = (matrix(method, *sides) for sides in zip(cells, values.shape, strict=True))
    return np.asarray(np.linalg.pinv(rows) @ values @ np.linalg.pinv(columns).T)
