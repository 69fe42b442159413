"""Naming a fault by the numbers alone, where the recorded forward pass doesn't show it."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from grader.network.evaluate import Evaluator, NotReplayableError
from grader.network.graph import replace_leaves
from grader.network.reading import Reading

PATCH = 24


def find_offset(output: Tensor, uncropped: Tensor) -> tuple[int, int] | None:
    """Return the row and column of `uncropped` where `output` (N, C, h, w) starts; None if it is no part."""
    patch = output[0, 0, :PATCH, :PATCH].numpy()
    whole = uncropped[0, 0].numpy()
    if (
        output.shape[1] != uncropped.shape[1]
        or patch.ndim != 2
        or min(patch.shape) < 4
        or any(p > w for p, w in zip(patch.shape, whole.shape, strict=True))
    ):
        return None
    distance = cv2.matchTemplate(whole, patch, cv2.TM_SQDIFF)
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    height, width = (
        min(n, w - at) for n, w, at in zip(output.shape[-2:], whole.shape, (row, column), strict=True)
    )
    cut = uncropped[..., row : row + height, column : column + width]
    same = torch.allclose(cut, output[..., :height, :width], rtol=1e-3, atol=1e-4 * float(uncropped.std()))
    return (int(row), int(column)) if same else None


def explain_difference(
    output: Tensor, wanted: Tensor, reading: Reading, evaluator: Evaluator, contents: dict[str, str]
) -> str:
    """Say what makes an output differ from the reference's, if a known fault does."""
    if output.ndim != 4:
        return "no known fault gives these numbers"
    if output.shape == wanted.shape:
        if torch.allclose(output, wanted.softmax(1), atol=1e-5):
            return "the values are probabilities"
        ratio = float((output * wanted).sum() / (wanted * wanted).sum())
        if torch.allclose(output, ratio * wanted, rtol=1e-3, atol=1e-4 * float(wanted.std())):
            return f"it is {ratio:.4g} times the reference's"
    try:
        uncropped = evaluator(replace_leaves(reading.path.steps[reading.last_layer], contents))
    except NotReplayableError:
        return "no known fault gives these numbers"
    found = find_offset(output, uncropped)
    start = reading.architecture.crop
    if found is not None and found != (start, start):
        return f"the crop starts at row {found[0]} and column {found[1]}, it must start at {start}"
    return "no known fault gives these numbers"
