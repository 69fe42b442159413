from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from grader.evidence import last_cell
from grader.evidence.last_cell import truth
from grader.network import kept
from reference.kit.CAM.resnet import resnet18
from tests.grader.a_cam import SOURCE
from tests.grader.a_cell import cell, known  # noqa: F401 - a fixture
from tests.grader.slim import edited


def test_calls_are_told_with_what_they_were_given() -> None:
    """Both functions' calls are known by number, arguments and result."""
    found = cell()

    assert [number for number, _ in found.calls("get_cls_pred")] == [0, 2]
    assert [number for number, _ in found.calls("returnCAM")] == [1, 3]
    assert [argument.type for argument in found.calls("returnCAM")[0][1]] == [
        "ndarray",
        "ndarray",
        "Tensor",
        "ndarray",
    ]
    heat = found.array("1.result")
    assert heat is not None and heat.shape == (256, 256)
    assert found.array("7.result") is None


def test_pictures_show_both_maps_of_both_images() -> None:
    """The student's map stands beside the reference's, which a student's report leaves out."""
    pictures = cell().pictures()

    assert [(picture.caption.split(":")[0], picture.reference) for picture in pictures] == [
        ("bike.jpg", False),
        ("bike.jpg", True),
        ("cat.jpg", False),
        ("cat.jpg", True),
    ]
    for picture in pictures:
        image = cv2.imdecode(np.frombuffer(picture.png, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None and min(image.shape[:2]) > 50


def test_without_maps_there_is_the_reference_s_alone() -> None:
    """A cell that made nothing has the right maps to look at."""
    pictures = cell(("    heat = returnCAM(features.numpy(), weight_fc, idx)", "    pass")).pictures()

    assert [picture.reference for picture in pictures] == [True, True]


def test_odd_maps_can_be_drawn() -> None:
    """NaN, infinity and negative numbers are drawn, not raised."""
    odd = edited(("return cv2.resize(", "return np.full((9, 9), np.nan) if 1 else ("), source=SOURCE)

    assert len(cell(functions=odd).pictures()) == 4


def test_the_truth_is_the_kit_s_network_on_the_kit_s_images() -> None:
    """Weight, logits and layer-4 features come from the very network that the course hands out."""
    found = truth()

    assert found.weight.shape == (1000, 512)
    assert [logit.shape for logit in found.logits] == [(1, 1000)] * 2
    assert [features.shape for features in found.features] == [(1, 512, 7, 7)] * 2
    net = resnet18(pretrained=True).eval()
    assert np.array_equal(found.weight, net.fc.weight.detach().numpy())
    pooled = found.features[0].mean((2, 3)) @ found.weight.T + net.fc.bias.detach().numpy()
    np.testing.assert_allclose(found.logits[0], pooled, rtol=1e-3, atol=1e-4)


def test_the_truth_is_computed_once_for_a_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another grading of it, which is another process, reads what the first one left."""
    first = truth()
    truth.cache_clear()
    kept.share(tmp_path)
    try:
        truth()
        truth.cache_clear()
        monkeypatch.setattr(last_cell, "_computed", None)
        second = truth()
    finally:
        kept.share(None)
        truth.cache_clear()

    assert np.array_equal(first.weight, second.weight)
    for one, other in ((first.logits, second.logits), (first.features, second.features)):
        assert len(one) == len(other) == 2
        assert all(map(np.array_equal, one, other))
