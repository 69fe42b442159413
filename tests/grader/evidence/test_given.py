from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from grader.evidence.given import TRAINED, other_input
from grader.evidence.last_cell import IMAGES, LastCell, opened, truth
from grader.wall.answers import Reply
from grader.wall.verbs import Cell, Returned
from reference.kit.CAM.resnet import resnet18

CELL = Cell(Returned(""), (), ())
MEAN, STD = (np.reshape(numbers, (1, 3, 1, 1)) for numbers in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))


@cache
def picture(name: str = IMAGES[0], side: int = 224, mean: float | None = None) -> np.ndarray:
    """An image as a network is given it, (1, 3, side, side)."""
    with opened(name) as image:
        small = np.asarray(image.convert("RGB").resize((side, side), 2), np.float64)
    shares = small.transpose(2, 0, 1)[None] / 255
    normal = (shares - MEAN) / STD if mean is None else (shares - mean) / mean
    return normal.astype(np.float32)


def features(given: np.ndarray, train: bool = False) -> np.ndarray:
    """What the kit's network makes of it."""
    with torch.inference_mode():
        made: torch.Tensor = resnet18(pretrained=True).train(train)(torch.from_numpy(given))[1]
    return made.numpy()


def told(made: np.ndarray, *given: np.ndarray) -> str | None:
    """What is wrong with the features of the second call, which is that of the first image."""
    arrays: dict[str, Any] = {f"0.input.{place}": each for place, each in enumerate(given)}
    return other_input(LastCell(Reply(CELL, {"1.0": made} | arrays)), 0, 1)


@pytest.mark.slow
def test_what_was_given_is_told_by_how_it_was_made() -> None:
    """How the image was prepared, in which mode the network was, what came after, or all of it."""
    right, half = picture(), picture(mean=0.5)
    by_half = "the image is normalised with mean 0.5 and deviation 0.5"

    assert told(features(right), right) == ""
    assert told(features(half), half) == by_half
    assert told(features(half, train=True), half) == f"{by_half}; {TRAINED}"
    assert told(3 * features(half), half) == f"{by_half}; they are multiplied by 3"
    assert told(features(right, train=True), right) == TRAINED
    assert told(features(right)[:, :, ::-1], right) is None
    assert told(features(half)[:, :, ::-1], half) == by_half


@pytest.mark.slow
def test_another_image_is_told() -> None:
    """By its features, or by what the network was given."""
    other, small = picture(IMAGES[1]), picture(IMAGES[1], side=192)

    assert told(truth().features[1], other) == f"the image is {IMAGES[1]}"
    assert (
        told(features(small), small) == f"the image is {IMAGES[1]}; the image is (192, 192), not (224, 224)"
    )


@pytest.mark.slow
def test_features_that_are_made_of_all_images_first_are_told_by_their_own() -> None:
    """What a network was given last is not what each of them was made of."""
    half, other = picture(mean=0.5), picture(IMAGES[1], mean=0.5)
    by_half = "the image is normalised with mean 0.5 and deviation 0.5"

    assert told(features(half), half, other) == by_half
    assert told(features(half), np.concatenate((half, other))) == by_half
    assert told(2 * features(picture()), half) == "they are multiplied by 2"
    assert told(features(half)[:, :, ::-1], half, other) == by_half
    assert told(features(half)[:, :, ::-1], other) is None


@pytest.mark.parametrize(
    "given",
    [
        (),
        (np.ones((1, 3, 9, 9)), np.ones((1, 3, 64, 2000))),
        (np.ones((4, 3, 64, 64)),),
        (np.ones((1 << 40, 3, 0, 64)),),
    ],
)
def test_without_a_picture_only_the_features_tell(given: tuple[np.ndarray, ...]) -> None:
    """As where the network was given none, too small or too large a one, or several of one colour."""
    right = truth().features[0]

    assert told(2 * right, *given) == "they are multiplied by 2"
    assert told(right.swapaxes(2, 3), *given) == "their rows and columns are swapped"
    assert told(np.ones_like(right), *given) is None


def test_a_picture_that_was_given_twice_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run of a network costs, and the same picture gives the same features."""
    run = list[int]()

    def made(*given: Any) -> str:
        run.append(max(given, key=np.size).shape[2])
        return ""

    monkeypatch.setattr("grader.evidence.given._made", made)
    monkeypatch.setattr("grader.evidence.given.hooked", lambda _, given, __: made(given))
    right = picture()

    told(np.ones((1, 512, 7, 7), np.float32), right, right.astype(np.float64), picture(side=96), right.copy())

    assert sorted(run) == [96, 96, 224, 224]
