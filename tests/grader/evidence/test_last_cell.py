from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

from grader.errors import Blocked, Fault
from grader.evidence import last_cell
from grader.evidence.cam import CamEvidence
from grader.evidence.last_cell import IMAGES, LastCell, Truth, truth
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice
from grader.wall.draws import draw
from reference.kit.CAM.resnet import resnet18
from tests.grader.evidence.test_cam import LABELS, SOURCE
from tests.grader.in_process import InProcess
from tests.grader.slim import Edit, edited, world_of

SEED = 6
CELL = """\
weight_fc = WEIGHT.detach().numpy()
for name in ("bike.jpg", "cat.jpg"):
    logit, features = NET[name]
    idx = get_cls_pred(logit)
    heat = returnCAM(features.numpy(), weight_fc, idx)
"""


def drawn() -> Truth:
    """A network's answers, drawn instead of computed."""
    return Truth(
        draw(SEED, "fc", (1000, 512), 0.05),
        tuple(draw(SEED, f"logit {name}", (1, 1000)) for name in IMAGES),
        tuple(np.abs(draw(SEED, f"features {name}", (1, 512, 7, 7))) for name in IMAGES),
    )


TRUTH = drawn()


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawn network is the kit's."""
    monkeypatch.setattr(last_cell, "truth", lambda: TRUTH)


def cell(*edits: Edit, functions: str = SOURCE, weight_line: str = "") -> LastCell:
    """What the last cell did after these edits."""
    world = world_of(functions)
    world.namespaces["submission"] |= {
        "WEIGHT": torch.from_numpy(TRUTH.weight.copy()).requires_grad_(),
        "NET": {
            name: (torch.from_numpy(logit.copy()), torch.from_numpy(features.copy()))
            for name, logit, features in zip(IMAGES, TRUTH.logits, TRUTH.features, strict=True)
        },
    }
    lines = (Chunk("cell 9", 1, weight_line),) if weight_line else ()
    world.slice = Slice(cam_cell=(Chunk("cell 9", 1, edited(*edits, source=CELL)),), weight_fc=lines)
    return LastCell(CamEvidence(InProcess("", world), SEED, LABELS))


def fault(check: Any) -> Fault:
    """The fault that a check finds."""
    with pytest.raises(Fault) as caught:
        check()
    return caught.value


def test_a_right_cell_has_no_fault() -> None:
    """weight_fc is the fc weight, and both maps are right."""
    found = cell()

    found.check_weight()
    found.check_maps()
    assert found.failure == ("", None)


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


WEIGHT_LINE = "weight_fc = WEIGHT.detach().numpy()"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("weight_fc = WEIGHT.detach()", "weight_fc is a Tensor, it must be a numpy array"),
        (
            "weight_fc = WEIGHT.detach().numpy().T",
            "weight_fc is (512, 1000), it must be (1000, 512): transposed",
        ),
        ("weight_fc = WEIGHT.detach().numpy()[:10]", "weight_fc is (10, 512), it must be (1000, 512)"),
        ("weight_fc = WEIGHT.detach().numpy() * 2", "the fc layer's weight: it is 2 times that"),
        ("weight_fc = -WEIGHT.detach().numpy()", "the fc layer's weight: it is -1 times that"),
        ("weight_fc = WEIGHT.detach().abs().numpy()", "the fc layer's weight: it holds absolute values"),
        ("weight_fc = WEIGHT.detach().numpy()[::-1].copy()", "weight_fc does not hold the fc layer's weight"),
        ("weight_fc = np.array([str(n) for n in range(3)])", "weight_fc is None, it must be (1000, 512)"),
        ("weight_fc = WEIGHT.numpy()", "the last cell raises RuntimeError: Can't call numpy() on Tensor"),
        ("w = WEIGHT.detach()", "the last cell raises NameError: name 'weight_fc' is not defined"),
    ],
)
def test_a_wrong_weight_is_named(new: str, words: str) -> None:
    """Kind, shape, orientation, scale and sign of weight_fc are told apart."""
    found = fault(cell((WEIGHT_LINE, new)).check_weight)

    assert words in found.reason.text


def test_what_the_cell_raises_is_told_with_its_line() -> None:
    """The place of an exception is the student's line."""
    found = cell((WEIGHT_LINE, "weight_fc = WEIGHT.numpy()"))

    assert found.failure[0].startswith("RuntimeError: Can't call numpy()")
    assert found.failure[1] == Place("cell 9", 1)
    assert fault(found.check_weight).reason.place == Place("cell 9", 1)


def test_a_weight_under_another_name_is_what_returncam_is_given() -> None:
    """Where no weight_fc is bound, the second argument of returnCAM counts."""
    cell(
        (WEIGHT_LINE, "weights = WEIGHT.detach().numpy()"), ("weight_fc, idx", "weights, idx")
    ).check_weight()


def test_a_weight_that_a_broken_cell_still_binds_counts() -> None:
    """The line that binds weight_fc is run alone where the cell before it fails."""
    found = cell((WEIGHT_LINE, "import nonsense_that_is_not_there"), weight_line=WEIGHT_LINE)

    found.check_weight()
    assert found.failure[0].startswith("ModuleNotFoundError")


def test_a_cell_that_fails_makes_no_maps() -> None:
    """What the cell raised before its second map is why there is none."""
    found = fault(cell(("    heat =", "    assert name != 'cat.jpg', 'no cats'\n    heat =")).check_maps)

    assert found.reason.text == "the last cell raises AssertionError: no cats"
    assert found.reason.place == Place("cell 9", 5)


def test_one_map_is_too_few() -> None:
    """Both images have a map."""
    found = fault(cell(('("bike.jpg", "cat.jpg")', '("bike.jpg",)')).check_maps)

    assert found.reason.text == "the last cell makes 1 maps, there are 2 images"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            ("features.numpy()", "features.numpy() * 2"),
            "bike.jpg: returnCAM is not given the image's layer-4 features",
        ),
        (
            ("features.numpy()", "features[:, :, :5].numpy()"),
            "returnCAM is not given the image's layer-4 features",
        ),
        (
            ('("bike.jpg", "cat.jpg")', '("cat.jpg", "bike.jpg")'),
            "bike.jpg: returnCAM is not given the image's",
        ),
        (("weight_fc, idx", "weight_fc, 3"), "bike.jpg: returnCAM is given class [3], get_cls_pred said ["),
    ],
)
def test_wrong_arguments_are_named(edit: Edit, words: str) -> None:
    """Features of another layer or image, and another class than predicted, are told by image."""
    assert words in fault(cell(edit).check_maps).reason.text


def test_another_resize_gives_nearly_the_same_features() -> None:
    """Features within a percent are the image's own: libraries resize differently."""
    cell(("features.numpy()", "features.numpy() * 1.005")).check_maps()


def test_a_map_that_is_changed_afterwards_is_wrong() -> None:
    """The function may be right and still not be what makes the map."""
    functions = edited(
        (
            "(256, 256))",
            "(256, 256)) if feature_conv[0, 0, 0, 0] not in MARKS else np.zeros((256, 256), np.uint8)",
        ),
        source=SOURCE,
    )
    marks = f"MARKS = {[float(features[0, 0, 0, 0]) for features in TRUTH.features]}\n"
    found = fault(cell(functions=marks + functions).check_maps)

    assert found.reason.text == "bike.jpg: the map is not what returnCAM gives for it"


def test_a_wrong_function_is_paid_elsewhere() -> None:
    """Where returnCAM itself is wrong, the cell that calls it rightly is right."""
    cell(functions=edited(("weight_fc[idx]", "weight_fc[0]"), source=SOURCE)).check_maps()


def test_a_wrong_weight_is_paid_once() -> None:
    """Maps made from a wrong weight_fc are judged by that weight."""
    cell((WEIGHT_LINE, "weight_fc = WEIGHT.detach().numpy() * -1")).check_maps()
    cell((WEIGHT_LINE, "weight_fc = WEIGHT.detach().numpy()[:, ::-1].copy()")).check_maps()


@pytest.mark.parametrize(
    "edit",
    [("return index", "raise ValueError"), ("    _, c, h, w =", "    raise ValueError\n    _, c, h, w =")],
)
def test_a_function_that_raises_blocks_the_maps(edit: Edit) -> None:
    """Where one of the two functions can't be called, the maps are not assessed."""
    with pytest.raises(Blocked):
        cell(functions=edited(edit, source=SOURCE)).check_maps()


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
