"""Evidence about the last cell: what it gave the two functions for the kit's images, and what came of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from grader.assignment import CAM, MAP
from grader.diagnosis.last_cell import are_features
from grader.evidence.shown import plain
from grader.network import kept
from grader.records.grade import Picture
from grader.records.reason import Place
from grader.wall.answers import Reply
from grader.wall.verbs import MAX_INPUTS, Cell, Returned
from reference.cam import class_activation_map
from reference.kit import __file__ as KIT
from reference.kit.CAM.resnet import resnet18

Array = NDArray[Any]
IMAGES = ("bike.jpg", "cat.jpg")
CELL = "the last cell"  # whose truth is kept
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Truth:
    """What the kit's network gives: fc weight (1000, 512); by image logits and features (1, 512, 7, 7)."""

    weight: Array
    logits: tuple[Array, ...]
    features: tuple[Array, ...]


@lru_cache(maxsize=1)
def truth() -> Truth:
    """What the kit's network gives for the kit's images, computed by the first grading of a class."""
    if (found := kept.known(CELL)) is not None:
        return Truth(found["weight"], tuple(found["logits"]), tuple(found["features"]))
    made = _computed()
    stacked = {"logits": np.stack(made.logits), "features": np.stack(made.features)}
    kept.keep({"weight": made.weight, **stacked}, CELL)
    return made


def _computed() -> Truth:
    with redirect_stdout(io.StringIO()):  # it says which weights it took, to students
        net = resnet18(pretrained=True).eval()
    with torch.inference_mode():
        pairs = [net(torch.from_numpy(picture(name))) for name in IMAGES]
    weight = net.fc.weight.detach().numpy()
    return Truth(weight, tuple(logit.numpy() for logit, _ in pairs), tuple(f.numpy() for _, f in pairs))


def opened(name: str) -> Image.Image:
    """Return one of the kit's images, to be closed."""
    return Image.open(_file(name))


def _file(name: str) -> str:
    return str(Path(KIT).with_name("files") / name)


def picture(name: str) -> Array:
    """Return one of the kit's images as its network is given it, (1, 3, 224, 224)."""
    with opened(name) as image:
        small = np.asarray(
            image.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR), dtype=np.float32
        )
    normal = (small / 255 - np.array(MEAN, dtype=np.float32)) / np.array(STD, dtype=np.float32)
    return np.asarray(normal.transpose(2, 0, 1)[None].copy())


class LastCell:
    """What the last cell did."""

    def __init__(self, reply: Reply[Cell]) -> None:
        self.reply = reply
        self.value = reply.value

    @property
    def truth(self) -> Truth:
        """What the kit's network gives, beside it."""
        return truth()

    @property
    def failure(self) -> tuple[str, Place | None]:
        """What the cell raised, and where; "" if it ran through."""
        for failure in self.value.failures[:1]:
            return f"{failure.kind}: {failure.message}"[:300], (failure.line or failure.at).place
        return "", None

    def calls(self, name: str) -> list[tuple[int, tuple[Returned, ...]]]:
        """Return the calls of a function: their number and what they were given and gave."""
        rows = enumerate(self.value.calls)
        return [(number, call.arguments) for number, call in rows if call.name == name]

    def of_images(self, name: str, wanted: Sequence[Array]) -> list[int]:
        """Return the number of the call for each image: that which was given its array, else the next one.

        Whoever shows the images in another order, more of them, or in threads, calls in another order.
        """
        numbers = [number for number, _ in self.calls(name)]
        given = {number: self.array(f"{number}.0") for number in numbers}
        found = [
            next((n for n, array in given.items() if array is not None and are_features(array, want)), None)
            for want in wanted
        ]
        rest = iter([number for number in numbers if number not in found])
        return [next(rest, len(self.value.calls)) if number is None else number for number in found]

    def array(self, key: str) -> Array | None:
        """Return an array that the worker sent."""
        return self.reply.arrays.get(key)

    def inputs_before(self, number: int) -> list[Array]:
        """Return what the kit's network was given before a call, as far as it was noted, the last first."""
        places = range(MAX_INPUTS - 1, -1, -1)
        keys = (f"{before}.input.{place}" for before in range(number, -1, -1) for place in places)
        return [found for key in keys if (found := self.array(key)) is not None]

    def pictures(self) -> list[Picture]:
        """Draw the student's map and the reference's over each image."""
        made, numbers = [], self.of_images(MAP, truth().features)
        for position, name in enumerate(IMAGES):
            logits, features = truth().logits[position], truth().features[position]
            reference = class_activation_map(features, truth().weight, int(logits.argmax()))
            answer = self.array(f"{numbers[position]}.result")
            own = None if answer is None else plain(answer)
            if own is not None:
                made.append(Picture(CAM, f"{name}: the submission's map", _overlay(name, _levels(own))))
            made.append(
                Picture(CAM, f"{name}: the reference's map", _overlay(name, reference), reference=True)
            )
        return made


def _levels(values: Array) -> NDArray[np.uint8]:
    return np.clip(np.nan_to_num(values.astype(np.float64)), 0, 255).astype(np.uint8)


def _overlay(name: str, levels: NDArray[np.uint8]) -> bytes:
    image = cv2.imread(_file(name))
    assert image is not None
    height, width = image.shape[:2]
    heat = cv2.applyColorMap(cv2.resize(levels, (width, height)), cv2.COLORMAP_JET)
    mixed = np.clip(heat * 0.3 + image * 0.5, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".png", mixed)[1].tobytes())
