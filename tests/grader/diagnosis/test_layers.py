from __future__ import annotations

import pytest

from grader.diagnosis.layers import Shapes, layer_findings
from grader.records.reason import Place, Reason
from tests.grader.diagnosis.paying import payer_of
from tests.grader.diagnosis.way_up import JOIN3, POOL3
from tests.grader.slim import SOURCE, Edit, edited, reading_of


def findings(*edits: Edit, network: str = "FCN8s") -> list[Reason]:
    """What is said of the layers of a network after these edits."""
    return list(layer_findings(reading_of(edited(*edits), network), {}, {}))


def said(*edits: Edit, network: str = "FCN8s") -> list[tuple[str | None, str]]:
    """The lines that pay, and why."""
    return [
        (payer_of(finding, skips=network == "FCN8s"), finding.text)
        for finding in findings(*edits, network=network)
    ]


@pytest.mark.parametrize("network", ["FCN32s", "FCN8s"])
def test_nothing_is_said_of_the_right_layers(network: str) -> None:
    """A right network has no findings."""
    assert said(network=network) == []


CONV4_2 = "self.conv4_2 = nn.Conv2d(16, 16, 3, padding=1)"
UPSCORE1 = "self.upscore1 = nn.ConvTranspose2d(n_class, n_class, 4, stride=2, bias=False)"
UPSCORE3 = "self.upscore3 = nn.ConvTranspose2d(n_class, n_class, 16, stride=8, bias=False)"


@pytest.mark.parametrize(
    ("edit", "line", "words"),
    [
        (("3, padding=100", "3, padding=150"), "conv1", "conv1_1: padding 150, the assignment says 100"),
        (
            ("3, padding=100", "3, padding=(100, 90)"),
            "conv1",
            "conv1_1: padding (100, 90), the assignment says 100",
        ),
        (
            (CONV4_2, CONV4_2.replace("3, padding=1", "5, padding=2")),
            "conv4",
            "kernel size 5, the assignment says 3",
        ),
        (
            (CONV4_2, CONV4_2.replace("padding=1", "padding=2, dilation=2")),
            "conv4",
            "dilation 2, the assignment",
        ),
        (
            (CONV4_2, CONV4_2.replace("padding=1", "padding=1, groups=2")),
            "conv4",
            "groups 2, the assignment says 1",
        ),
        (
            (CONV4_2, CONV4_2.replace("padding=1", "padding=1, bias=False")),
            "conv4",
            "bias False, the assignment",
        ),
        (
            ("self.fc6 = nn.Conv2d(16, 24, 7)", "self.fc6 = nn.Conv2d(16, 24, 7, bias=False)"),
            "fc6",
            "fc6: bias False",
        ),
        (
            ("self.fc7 = nn.Conv2d(24, 24, 1)", "self.fc7 = nn.Conv2d(24, 24, 3, padding=1)"),
            "fc7",
            "fc7: kernel",
        ),
        (
            ("nn.Conv2d(24, n_class, 1)", "nn.Conv2d(24, n_class, 3, padding=1)"),
            "score",
            "score: kernel size 3",
        ),
        (
            ("nn.Conv2d(16, n_class, 1)", "nn.Conv2d(16, n_class, 1, bias=False)"),
            "score_pools",
            "score_pool_4: bias False, the assignment says True",
        ),
        (
            (UPSCORE1, UPSCORE1.replace("False", "True")),
            "upscores",
            "upscore1: bias True, the assignment says False",
        ),
        ((UPSCORE1, UPSCORE1.replace("n_class, 4", "n_class, 6")), "upscores", "upscore1: kernel size 6"),
        (
            (UPSCORE1, UPSCORE1.replace("stride=2", "stride=2, output_padding=1")),
            "upscores",
            "upscore1: output_padding 1, the assignment says 0",
        ),
        ((UPSCORE3, UPSCORE3.replace("stride=8", "stride=8, padding=2")), "upscores", "upscore3: padding 2"),
    ],
)
def test_a_wrong_attribute_is_named_under_its_own_line(edit: Edit, line: str, words: str) -> None:
    """Each attribute that differs is a cause of its own, under the line of its block."""
    found = said(edit)

    assert {found_line for found_line, _ in found} == {line}
    assert any(words in text for _, text in found)


@pytest.mark.parametrize(
    ("layer", "line"), [("score", "score"), ("score_pool_4", "score_pools"), ("fc7", "fc7")]
)
def test_a_transposed_convolution_of_one_pixel_is_of_another_kind(layer: str, line: str) -> None:
    """It stands where the plain one should, and nothing else is said of it."""
    made = f"self.{layer} = nn.Conv2d"
    words = f"{layer} is a transposed convolution, the assignment says a convolution"

    assert said((made, made.replace("Conv2d", "ConvTranspose2d"))) == [(line, words)]


def test_the_layer_is_shown_beside_the_assignments() -> None:
    """A finding shows both layers as constructor calls."""
    found, dilated = findings(("3, padding=100", "3, padding=150, dilation=(1, 2)"))

    assert found.expected == "conv1_1 = Conv2d(3, 2, kernel_size=3, stride=1, padding=100)"
    assert found.actual == "conv1_1 = Conv2d(3, 2, kernel_size=3, stride=1, padding=150, dilation=(1, 2))"
    assert (dilated.expected, dilated.actual) == (found.expected, found.actual)
    (up,) = findings((UPSCORE1, UPSCORE1.replace("4, stride=2", "6, stride=2")))
    assert up.expected == (
        "upscore1 = ConvTranspose2d(12, 12, kernel_size=4, stride=2, padding=0, bias=False)"
    )
    assert up.actual == ("upscore1 = ConvTranspose2d(12, 12, kernel_size=6, stride=2, padding=0, bias=False)")


def test_fewer_channels_are_paid_by_the_layer_that_makes_them() -> None:
    """The layer that follows must take what it is given: only the first one is wrong."""
    narrowed = (
        ("self.conv3_1 = nn.Conv2d(4, 8, 3, padding=1)", "self.conv3_1 = nn.Conv2d(4, 5, 3, padding=1)"),
        ("self.conv3_2 = nn.Conv2d(8, 8, 3, padding=1)", "self.conv3_2 = nn.Conv2d(5, 8, 3, padding=1)"),
    )

    assert said(*narrowed) == [("conv3", "conv3_1: out_channels 5, the assignment says 8")]


def test_a_layer_left_out_is_missing() -> None:
    """A layer that the forward pass never calls is missing, whether it was made or not."""
    assert said(("h = F.relu(self.conv5_2(h))", "pass")) == [("conv5", "conv5_2 is missing")]


def test_a_layer_called_twice_is_reused() -> None:
    """Where another layer stands in, the role that has none of its own pays, once."""
    assert said(("self.conv5_2(h)", "self.conv5_1(h)")) == [
        ("conv5", "conv5_2 has no layer of its own: conv5_1's is used a second time")
    ]


def test_a_layer_called_once_more_is_one_too_many() -> None:
    """A layer that is applied again, beyond the assignment's, is named."""
    assert said(("h = F.relu(self.conv5_2(h))", "h = F.relu(self.conv5_2(F.relu(self.conv5_2(h))))")) == [
        ("conv5", "conv5_2 is applied once more, after conv5_2")
    ]


@pytest.mark.parametrize(
    ("edit", "line", "after"),
    [
        (
            ("h = F.relu(self.conv1_1(x))", "h = F.relu(self.conv1_1(self.extra(x)[:, :3]))"),
            "conv1",
            "the input",
        ),
        (("h = F.relu(self.conv3_1(h))", "h = F.relu(self.conv3_1(self.extra(h)))"), "conv3", "pool2"),
        (
            ("self.pool2(F.relu(self.conv2_2(h)))", "self.pool2(F.relu(self.conv2_2(self.extra(h))))"),
            "conv2",
            "conv2_1",
        ),
    ],
)
def test_a_layer_too_many_is_paid_where_it_stands(edit: Edit, line: str, after: str) -> None:
    """A convolution that the assignment doesn't have costs the block that it stands in."""
    made = (
        "self.fc6 = nn",
        f"self.extra = nn.Conv2d({3 if line == 'conv1' else 4}, 4, 1)\n        self.fc6 = nn",
    )

    assert said(made, edit) == [(line, f"block {line[4:]} has a convolution too many, after {after}")]


def test_a_layer_too_many_on_a_skip_is_paid_by_the_skips() -> None:
    """A second convolution on the way of a skip costs the skips' score layers."""
    made = ("self.fc6 = nn", "self.extra = nn.Conv2d(12, 12, 1)\n        self.fc6 = nn")

    assert said(made, ("s = self.score_pool_4(pool4)", "s = self.extra(self.score_pool_4(pool4))")) == [
        ("score_pools", "the network has a convolution too many, after a skip")
    ]


def test_a_transposed_convolution_too_many_is_paid_by_the_upscores() -> None:
    """One more transposed convolution costs the line of the transposed convolutions."""
    made = (
        "self.fc6 = nn",
        "self.extra = nn.ConvTranspose2d(n_class, n_class, 3, padding=1, bias=False)\n        self.fc6 = nn",
    )

    assert said(made, ("h = self.upscore2(h)", "h = self.extra(self.upscore2(h))")) == [
        ("upscores", "there is a transposed convolution too many, after upscore2")
    ]


def test_interpolation_instead_of_a_transposed_convolution_is_named() -> None:
    """Where the map is resized, the missing layer's finding says so and where."""
    (found,) = findings(
        ("h = self.upscore(h)", "h = F.interpolate(h, scale_factor=40, mode='bilinear')"), network="FCN32s"
    )

    assert payer_of(found, skips=False) == "upscore"
    assert found.text.startswith("upscore is missing: the map is resized by interpolation")
    assert found.place is not None
    assert "h = self.upscore(h)" in SOURCE.splitlines()[found.place.line - 1]


def test_the_place_is_where_the_layer_was_made() -> None:
    """Of the line that made a layer and the line that called it, the first is told where it is known."""
    reading = reading_of(edited(("3, padding=100", "3, padding=150")))
    made = Place("cell 1", 15)
    (with_place,) = layer_findings(reading, {"conv1_1.weight": made}, {})
    (without,) = layer_findings(reading, {}, {})

    assert with_place.place == made
    assert without.place is not None
    assert "self.conv1_1(x)" in SOURCE.splitlines()[without.place.line - 1]


SHAPE = (12, 12, 4, 4)
SCORES = {"score_pool_3.weight": (12, 8, 1, 1), "score_pool_4.weight": (12, 16, 1, 1)}
UPSCORES = {"upscore1.weight": SHAPE, "upscore2.weight": SHAPE}


def reused(*edits: Edit, made: Shapes) -> list[str]:
    """What is said of layers after these edits, where the constructor made these parameters."""
    return [found.text for found in layer_findings(reading_of(edited(*edits)), {}, made)]


PADDED = "h = h + F.pad(s, (0, 9, 0, 9))[:, :, :h.size(2), :h.size(3)]"


@pytest.mark.parametrize(
    "edits",
    [[(JOIN3, "pass"), (POOL3, "pass")], [(POOL3, "s = self.score_pool_4(pool4)"), (JOIN3, PADDED)]],
)
def test_a_score_layer_that_is_not_called_is_its_skips_fault(edits: list[Edit]) -> None:
    """It is there, so that nothing is said of it; one that the constructor doesn't make is missing."""
    assert reused(*edits, made=SCORES) == []
    assert len(reused(*edits, made={})) == 1


@pytest.mark.parametrize(("calls", "missing"), [("upscore1", "upscore2"), ("upscore2", "upscore1")])
def test_of_two_calls_of_one_layer_the_one_without_its_own_is_named(calls: str, missing: str) -> None:
    """By the order in which layers were made."""
    found = reused((f"h = self.{missing}(h)", f"h = self.{calls}(h)"), made=UPSCORES)

    assert found == [f"{missing} has no layer of its own: {calls}'s is used a second time"]


def test_a_weight_that_is_computed_is_told_by_what_it_is_made_of() -> None:
    """Weight normalisation costs the line of its layer alone; where the weight is as it is held, nothing."""
    made = f"nn.utils.parametrizations.weight_norm({CONV4_2.removeprefix('self.conv4_2 = ')})"
    reading = reading_of(edited((CONV4_2, f"self.conv4_2 = {made}")), "FCN8s")
    (told,) = layer_findings(reading, {}, {}, {"conv4_2"})

    assert list(layer_findings(reading, {}, {})) == []
    assert payer_of(told) == "conv4"
    assert "conv4_2.parametrizations.weight.original0 and conv4_2" in told.text
    assert "by weight normalisation" in told.text
