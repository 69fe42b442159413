from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms as T

from grader.diagnosis.pictures import MEAN, STD, prepared

IMAGE = Image.fromarray(np.random.default_rng(3).integers(0, 256, (24, 32, 3), dtype=np.uint8)).resize(
    (320, 240)
)
RESIZE, TENSOR, NORMAL = T.Resize((224, 224)), T.ToTensor(), T.Normalize(list(MEAN), list(STD))
HUGE = 1e200 * torch.randn(3, 224, 224, dtype=torch.float64)
HALF = T.Normalize((0.5,) * 3, (0.5,) * 3)


def told(*steps: Callable[[Any], Any]) -> tuple[str, ...] | None:
    """What is wrong with how an image was prepared."""
    found = prepared(T.Compose(steps)(IMAGE)[None].numpy(), IMAGE)
    return found and found.faults


@pytest.mark.parametrize(
    ("steps", "faults"),
    [
        ((RESIZE, TENSOR, NORMAL), ()),
        ((TENSOR, RESIZE, NORMAL), ()),
        ((RESIZE, TENSOR), ("the image is not normalised",)),
        ((RESIZE, TENSOR, HALF), ("the image is normalised with mean 0.5 and deviation 0.5",)),
        ((RESIZE, TENSOR, NORMAL, NORMAL), ("the image is normalised twice",)),
        ((T.Resize((256, 256)), TENSOR, NORMAL), ("the image is (256, 256), not (224, 224)",)),
        (
            (T.Resize(256), T.CenterCrop(224), TENSOR, NORMAL),
            ("the middle is cut out of the image, whose shorter side is resized to 256",),
        ),
        ((T.CenterCrop(224), TENSOR, NORMAL), ("the middle is cut out of the image, which is not resized",)),
        ((RESIZE, T.Grayscale(3), TENSOR, NORMAL), ("the image is grey",)),
        (
            (T.Resize((256, 256)), TENSOR, lambda x: x.flip(0), HALF),
            (
                "the image is (256, 256), not (224, 224)",
                "the image's channels are blue, green, red",
                "the image is normalised with mean 0.5 and deviation 0.5",
            ),
        ),
    ],
)
def test_how_an_image_was_prepared_is_told(
    steps: tuple[Callable[[Any], Any], ...], faults: tuple[str, ...]
) -> None:
    """Size, channels and normalisation are told apart, and beside each other."""
    assert told(*steps) == faults


@pytest.mark.parametrize(
    "given", [torch.randn(3, 224, 224), torch.full((3, 224, 224), torch.nan), torch.zeros(3, 224, 224), HUGE]
)
def test_what_is_no_such_image_is_not_explained(given: torch.Tensor) -> None:
    """Noise, what is no number, a picture of one colour, and numbers that no pixel comes to."""
    assert told(lambda _: given) is None


@pytest.mark.parametrize("shape", [(3, 224, 224), (2, 3, 224, 224), (1, 1, 224, 224)])
def test_what_is_no_picture_is_not_explained(shape: tuple[int, ...]) -> None:
    """One picture of three channels is."""
    assert prepared(np.ones(shape, np.float32), IMAGE) is None
