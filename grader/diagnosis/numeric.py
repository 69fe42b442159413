"""Naming a fault by the numbers alone, where the recorded forward pass doesn't show it."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import torch
from torch import Tensor

from grader.diagnosis.causes import because
from grader.diagnosis.words import corner
from grader.network.evaluate import Evaluator
from grader.network.graph import replace_leaves
from grader.network.reading import Reading
from grader.network.replaying import NotReplayableError
from grader.records.reason import Reason

PATCH = 24  # pixels a side: enough to tell one place from another, even of a smooth map


def find_offset(output: Tensor, uncropped: Tensor) -> tuple[int, int] | None:
    """Return the row and column of `uncropped` where `output` (N, C, h, w) starts; None if it is no part."""
    patch = output[0, 0, :PATCH, :PATCH].numpy()
    whole = uncropped[0, 0].numpy()
    if (
        output.shape[1] != uncropped.shape[1]
        or patch.ndim != 2
        or min(patch.shape) < 4
        or not uncropped.isfinite().all()
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
    output: Tensor, wanted: Tensor, reading: Reading, evaluator: Evaluator, contents: Mapping[str, str]
) -> Reason:
    """Return what makes an output differ from the reference's, if a known fault does."""
    unknown = because("forward.unknown", expected=_shape(wanted), actual=_shape(output))
    if output.ndim != 4:
        return unknown
    return _revalued(output, wanted) or _moved(output, reading, evaluator, contents) or unknown


def _revalued(output: Tensor, wanted: Tensor) -> Reason | None:
    """Find what was done to every value alike."""
    if output.shape != wanted.shape or not wanted.isfinite().all():
        return None
    if torch.allclose(output, wanted.softmax(1), atol=1e-5):
        return because("forward.probabilities", expected="logits", actual="probabilities")
    ratio = float((output * wanted).sum() / (wanted * wanted).sum())
    if not torch.allclose(output, ratio * wanted, rtol=1e-3, atol=1e-4 * float(wanted.std())):
        return None
    got = f"{ratio:.4g}"  # float32 through 17 layers holds five digits, whatever the seed
    return because("forward.scaled", got=got, expected="the logits", actual=f"{got} times the logits")


def _moved(
    output: Tensor, reading: Reading, evaluator: Evaluator, contents: Mapping[str, str]
) -> Reason | None:
    """Find an output that is cut from another place."""
    try:
        uncropped = evaluator(replace_leaves(reading.path.steps[reading.last_layer], contents))
    except NotReplayableError:
        return None
    found, start = find_offset(output, uncropped), reading.architecture.crop
    if found is None or found == (start, start):
        return None
    expected = f"from row and column {start}"
    actual = f"starts at row {found[0]}, column {found[1]}"
    place = next((step.place for step in reading.path.steps[reading.last_layer + 1 :] if step.place), None)
    return because(
        "crop.offset", got=corner(found), want=start, expected=expected, actual=actual, place=place
    )


def _shape(output: Tensor) -> str:
    return f"shape {tuple(output.shape)}"
