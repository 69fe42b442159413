"""First values of parameters, by role."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.training import values
from reference import facades, mosaic
from reference.architecture import VGG_CONVS
from tests.grader.in_process import InProcess
from tests.grader.slim import SOURCE, edited, reading_of


def shapes(source: str = SOURCE) -> dict[str, tuple[int, ...]]:
    """The parameters of the slim FCN-8s."""
    model = InProcess(source).world.targets["FCN8s"](n_class=12)
    return {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


def test_seeded_values_are_hes_with_scores_at_zero() -> None:
    """Every parameter is covered: convolutions drawn, biases and scores zero, upscores bilinear."""
    start = values.seeded(reading_of(SOURCE), shapes())

    assert set(start.bounds) | set(start.given) == set(shapes())
    assert start.bounds["conv3_2.weight"] == pytest.approx((6 / (8 * 9)) ** 0.5)
    assert start.bounds["conv3_2.bias"] == 0
    assert {start.bounds[f"{name}.weight"] for name in ("score", "score_pool_3", "score_pool_4")} == {0}
    assert set(start.given) == {"upscore1.weight", "upscore2.weight", "upscore3.weight"}
    assert start.given["upscore1.weight"][3, 3].sum() == pytest.approx(4)
    assert not start.given["upscore1.weight"][3, 4].any()


def test_matched_values_carry_the_paints_to_the_scores() -> None:
    """The first layer tells paints apart, the others pass that on, the scores start at zero."""
    start = values.matched(reading_of(SOURCE), shapes())

    convs = {name for name in shapes() if name.startswith(("conv", "fc")) and name.endswith("weight")}
    assert set(start.carried) == convs - {"conv1_1.weight"}
    assert start.bounds["score.weight"] == 0
    carry = start.carried["conv2_1.weight"]
    assert carry.gain == 1
    assert carry.inputs == start.carried["conv1_2.weight"].outputs


def test_filters_are_positive_for_their_own_paint_only() -> None:
    """Of twelve paints each lights one channel of the first layer; the channels not in use are silent."""
    weight, bias = values._filters((16, 3, 3, 3))
    pixels = (mosaic.PAINTS / 255 - facades.MEAN.flatten().numpy()) / facades.STD.flatten().numpy()

    said = pixels @ weight[:, :, 1, 1].T + bias  # (paint, channel)

    assert np.array_equal(said > 0, np.eye(12, 16, dtype=bool))


def test_names_don_t_matter() -> None:
    """Roles do."""
    renamed = SOURCE.replace("score_pool_3", "trans_a").replace("conv1_1", "first").replace("upscore2", "u")

    start = values.seeded(reading_of(renamed), shapes(renamed))

    plain = values.seeded(reading_of(SOURCE), shapes())
    assert start.bounds["first.weight"] == plain.bounds["conv1_1.weight"]
    assert start.bounds["trans_a.weight"] == 0
    assert "u.weight" in start.given


def test_a_layer_too_many_is_drawn_as_well() -> None:
    """The course's zeros would end every signal there; a batch norm keeps its own values."""
    layers = "self.extra, self.norm = nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8)"
    source = edited(
        ("        self.score = nn.Conv2d", f"        {layers}\n        self.score = nn.Conv2d"),
        ("h = F.relu(self.conv3_1(h))", "h = self.norm(self.extra(F.relu(self.conv3_1(h))))"),
    )

    start = values.seeded(reading_of(source), shapes(source))

    assert start.bounds["extra.weight"] > 0
    assert "norm.weight" not in start.bounds


def test_from_scratch_everything_is_zero_but_the_upscores() -> None:
    """As the assignment's own initialisation."""
    start = values.zero(reading_of(SOURCE), shapes())

    assert set(start.bounds.values()) == {0}
    assert set(start.bounds) | set(start.given) == set(shapes())


def test_vgg16_is_copied_by_role() -> None:
    """Convolutions in VGG-16's order, linear layers into fc6 and fc7; what does not fit is left out."""
    sizes = shapes()
    state = {}
    for number, (role, key) in enumerate(values._vgg_keys()):
        state[f"{key}.weight"] = torch.full(sizes[f"{role}.weight"], float(number)).flatten(1)
        state[f"{key}.bias"] = torch.full(sizes[f"{role}.bias"], float(number))
    state["features.28.weight"] = torch.zeros(3)

    start = values.vgg16(reading_of(SOURCE), sizes, state)

    assert start.given["conv1_1.weight"].max() == 0
    assert start.given["conv2_1.weight"].min() == start.given["conv2_1.bias"].max() == 2
    assert start.given["fc7.weight"].shape == sizes["fc7.weight"]
    assert start.given["fc7.bias"].min() == 14
    assert "conv5_3.weight" not in start.given
    assert "upscore3.weight" in start.given


def test_vgg_keys_are_torchvisions() -> None:
    """The 13 convolutions of vgg16.features, and the first two linear layers."""
    from torchvision.models import vgg16

    with torch.device("meta"):
        state = vgg16().state_dict()

    keys = {f"{key}.weight" for _, key in values._vgg_keys()}
    assert keys == {key for key in state if key.endswith("weight")} - {"classifier.6.weight"}
    assert np.prod(state["classifier.0.weight"].shape) == 512 * 7 * 7 * 4096


def test_edge_tuned_convolutions_come_by_role_the_rest_is_seeded() -> None:
    """What the file has goes where it fits; fully connected layers and scores start as from scratch."""
    file = {f"{role}.{kind}": np.zeros(1, np.float32) for role in VGG_CONVS for kind in ("weight", "bias")}
    known = shapes()
    file["conv2_1.weight"] = np.full(known["conv2_1.weight"], 0.25, np.float32)

    start = values.edge_tuned(reading_of(SOURCE), known, file)

    np.testing.assert_array_equal(start.given["conv2_1.weight"], file["conv2_1.weight"])
    assert "conv3_1.weight" not in start.given
    assert start.bounds == values.seeded(reading_of(SOURCE), known).bounds
