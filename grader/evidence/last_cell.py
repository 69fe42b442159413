"""Evidence about the last cell: what it gave the two functions for the kit's images, and what came of it."""

from __future__ import annotations

import io
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

from grader import expect
from grader.assignment import CAM, MAP, PREDICT, WEIGHT
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.causes import because
from grader.errors import Blocked, StudentError
from grader.evidence.cam import CamEvidence, plain
from grader.records.grade import Picture
from grader.records.reason import Place, Reason
from grader.wall.verbs import Returned
from reference.cam import class_activation_map
from reference.kit import __file__ as KIT
from reference.kit.CAM.resnet import resnet18

Array = NDArray[Any]
IMAGES = ("bike.jpg", "cat.jpg")
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WEIGHT_SHAPE = (1000, 512)


@dataclass(frozen=True)
class Truth:
    """What the kit's network gives: fc weight (1000, 512); by image logits and features (1, 512, 7, 7)."""

    weight: Array
    logits: tuple[Array, ...]
    features: tuple[Array, ...]


@lru_cache(maxsize=1)
def truth() -> Truth:
    """Run the kit's network on the kit's images."""
    with redirect_stdout(io.StringIO()):  # it says which weights it took, to students
        net = resnet18(pretrained=True).eval()
    with torch.inference_mode():
        pairs = [net(_preprocess(name)) for name in IMAGES]
    weight = net.fc.weight.detach().numpy()
    return Truth(weight, tuple(logit.numpy() for logit, _ in pairs), tuple(f.numpy() for _, f in pairs))


def _file(name: str) -> str:
    return str(Path(KIT).with_name("files") / name)


def _preprocess(name: str) -> torch.Tensor:
    with Image.open(_file(name)) as image:
        small = np.asarray(
            image.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR), dtype=np.float32
        )
    normal = (small / 255 - np.array(MEAN, dtype=np.float32)) / np.array(STD, dtype=np.float32)
    return torch.from_numpy(normal.transpose(2, 0, 1)[None].copy())  # (1, 3, 224, 224)


class LastCell:
    """What the last cell did."""

    def __init__(self, cam: CamEvidence) -> None:
        self.cam = cam
        self.reply = cam.cell
        self.value = self.reply.value

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

    def array(self, key: str) -> Array | None:
        """Return an array that the worker sent."""
        return self.reply.arrays.get(key)

    # --- weight_fc ---

    def check_weight(self) -> None:
        """weight_fc is the fc layer's weight."""
        said, place = self.failure
        given = self.calls(MAP)
        weight, kind = self.array(WEIGHT), self.value.weight_fc.type
        if not kind and given and len(given[0][1]) > 1:
            weight, kind = self.array(f"{given[0][0]}.1"), given[0][1][1].type
        if not kind:
            expected = f"{WEIGHT} = the fc layer's weight as a numpy array"
            expect.fail(
                self._raised("weight_fc.raises", expected)
                if said
                else because("weight_fc.missing", expected=expected, place=place)
            )
        expect.that(
            kind == "ndarray",
            because(
                "weight_fc.type",
                got=kind,
                help="detach() it from the graph and call numpy().",
                expected="ndarray (1000, 512)",
                actual=kind,
            ),
        )
        shape = None if weight is None else weight.shape
        got, want = str(shape), str(WEIGHT_SHAPE)
        turned = ": transposed" if shape == WEIGHT_SHAPE[::-1] else ""
        text = f"{WEIGHT} is {got}, it must be {want}{turned}"
        wrong = because("weight_fc.shape", got=got, want=want, text=text, expected=want, actual=got)
        expect.that(shape == WEIGHT_SHAPE, wrong)
        assert weight is not None
        if not np.allclose(weight, truth().weight, rtol=1e-4, atol=1e-6):
            expect.fail(_what_weight(weight))

    def _raised(self, id: str, expected: str) -> Reason:
        said, place = self.failure
        kind, text = said.partition(":")[0], f"the last cell raises {said}"
        return because(id, kind=kind, text=text, expected=expected, place=place)

    # --- maps ---

    def check_maps(self) -> None:
        """The maps of both images are right, given the student's own two functions."""
        said, _ = self.failure
        calls = self.calls(MAP)
        try:
            self.cam.panel  # noqa: B018 - raises Blocked where returnCAM can't be called
            self.cam.prediction  # noqa: B018 - idem for get_cls_pred
        except StudentError as error:
            raise Blocked(f"{MAP} can't be called, see cam.weighted_sum") from error
        if said and len(calls) < len(IMAGES):
            expect.fail(self._raised("maps.raises", "two maps"))
        expect.that(
            len(calls) >= len(IMAGES),
            because(
                "maps.count",
                got=len(calls),
                want=len(IMAGES),
                expected=f"{MAP} called once for each image",
                actual=f"called {len(calls)} times",
            ),
        )
        for position, name in enumerate(IMAGES):
            self._check_map(position, name)

    def _check_map(self, position: int, name: str) -> None:
        number, _ = self.calls(MAP)[position]
        features, weight, index = (self.array(f"{number}.{argument}") for argument in range(3))
        wanted = truth().features[position]
        expect.that(
            features is not None and _alike(features, wanted),
            because(
                "maps.features",
                image=name,
                expected=f"features {wanted.shape}",
                actual="none" if features is None else str(features.shape),
            ),
        )
        predictions = self.calls(PREDICT)
        own = self.array(f"{predictions[position][0]}.result") if position < len(predictions) else None
        if own is not None and index is not None:
            said, given = np.ravel(own), np.ravel(index)
            text = f"{name}: {MAP} is given class {given[:1]}, {PREDICT} said {said[:1]}"
            expect.that(np.array_equal(said, given), because("maps.class", image=name, text=text))
        bound = self.array(WEIGHT)
        if bound is not None and weight is not None and bound.shape == weight.shape:
            same = bool(np.allclose(bound, weight, rtol=1e-4, atol=1e-6))
            expect.that(same, because("maps.weights", image=name))
        verdict = self.cam.verdict
        right = verdict is not None and not (verdict.classes or verdict.sums or verdict.stretch)
        answer = self.array(f"{number}.result")
        if right and answer is not None and weight is not None and index is not None and weight.ndim == 2:
            self._compare(name, features, weight, int(np.ravel(index)[0]), answer)

    def _compare(self, name: str, features: Array | None, weight: Array, index: int, answer: Array) -> None:
        assert features is not None
        if weight.shape[1] != features.shape[1] or not 0 <= index < len(weight):
            return  # the cause weight_fc.shape
        found = plain(answer)
        expect.that(
            found is not None
            and any(
                diagnosis.matches(found, right)
                for right in diagnosis.right_maps(
                    diagnosis.Case(features[0].astype(np.float64), weight.astype(np.float64), index, found)
                )
            ),
            because("maps.values", image=name),
        )

    # --- pictures ---

    def pictures(self) -> list[Picture]:
        """Draw the student's map and the reference's over each image."""
        made = []
        for position, name in enumerate(IMAGES):
            logits, features = truth().logits[position], truth().features[position]
            reference = class_activation_map(features, truth().weight, int(logits.argmax()))
            calls = self.calls(MAP)
            answer = self.array(f"{calls[position][0]}.result") if position < len(calls) else None
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


def _alike(features: Array, wanted: Array) -> bool:
    """Say whether features are those of the kit's network, whatever resized the image."""
    near = 1e-2 * float(np.abs(wanted).max())
    return features.shape == wanted.shape and bool(np.allclose(features, wanted, rtol=1e-2, atol=near))


def _what_weight(weight: Array) -> Reason:
    """Say what a wrong weight holds instead."""
    true = truth().weight
    with np.errstate(all="ignore"):
        ratio = float((weight * true).sum() / (true * true).sum())
    if np.allclose(weight, ratio * true, rtol=1e-3, atol=1e-6):
        return because("weight_fc.scaled", got=f"{ratio:.4g}", expected="net.fc.weight")
    if np.allclose(weight, np.abs(true), rtol=1e-3, atol=1e-6):
        return because("weight_fc.absolute", expected="net.fc.weight")
    return because("weight_fc.values", expected="net.fc.weight")
