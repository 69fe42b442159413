from __future__ import annotations

import pytest

from grader.diagnosis.dropouts import drawn_by_hand, dropout_findings
from tests.grader.diagnosis.paying import payer_of
from tests.grader.slim import Edit, edited, reading_of, trace_of
from tests.share import every

CONV2_1 = "F.relu(self.conv2_1(h))"


def dropouts(*edits: Edit) -> list[str]:
    """What is said of the dropouts after these edits."""
    source = edited(*edits)
    train, evaluation = (trace_of(source, training=mode) for mode in (True, False))
    readings = (reading_of(source, training=mode) for mode in (True, False))
    found = list(dropout_findings(next(readings), train.dropouts, next(readings), evaluation.dropouts))
    assert {payer_of(finding) for finding in found} <= {"dropout"}
    return [finding.text for finding in found]


@pytest.mark.parametrize("network", every(2, ["FCN8s", "FCN32s"]))
def test_nothing_is_said_of_the_right_dropouts(network: str) -> None:
    """Two, of whole channels, that stand behind fc6 and fc7."""
    assert dropouts() == []


DROP6 = "self.drop6 = nn.Dropout2d(0.5)"
FC7 = "h = self.drop7(F.relu(self.fc7(h)))"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            (DROP6, "self.drop6 = nn.Dropout(0.5)"),
            "dropout after fc6, the assignment says dropout2d (whole channels)",
        ),
        ((DROP6, "self.drop6 = nn.Dropout2d(0.3)"), "dropout rate 0.3 after fc6, the assignment says 0.5"),
        ((DROP6, "self.drop6 = nn.Identity()"), "no dropout after fc6"),
        ((FC7, "h = F.relu(self.fc7(h))"), "no dropout after fc7"),
        (
            (FC7, "h = self.drop7(self.drop7(F.relu(self.fc7(h))))"),
            "2 dropouts after fc7, the assignment has one",
        ),
        ((FC7, "h = F.dropout2d(F.relu(self.fc7(h)))"), "the dropout after fc7 stays on in eval mode"),
        (
            (FC7, "h = F.dropout2d(F.relu(self.fc7(h)), training=False)"),
            "the dropout after fc7 does nothing in train mode",
        ),
        (
            (CONV2_1, "F.dropout2d(F.relu(self.conv2_1(h)), 0.1, self.training)"),
            "a dropout after conv2_1, where",
        ),
        (
            ("self.score(h)\n", "self.drop7(self.score(h))\n"),
            "a dropout after score, where the assignment has none",
        ),
        (
            ("self.conv1_1(x)", "self.conv1_1(self.drop6(x))"),
            "a dropout after the input, where the assignment",
        ),
        (
            ("s = self.score_pool_4(pool4)", "s = self.drop6(self.score_pool_4(pool4))"),
            "a dropout after a side branch, where the assignment has none",
        ),
    ],
)
def test_a_dropout_is_named_with_its_place(edit: Edit, words: str) -> None:
    """Kind, rate, number, place and mode of every dropout are compared with the assignment's."""
    assert any(words in rationale for rationale in dropouts(edit)), dropouts(edit)


@pytest.mark.parametrize(
    "edit",
    every(
        3,
        [
            ("self.drop6(F.relu(self.fc6(h)))", "F.relu(self.drop6(self.fc6(h)))"),
            ("self.drop6(F.relu(self.fc6(h)))", "F.dropout2d(F.relu(self.fc6(h)), training=self.training)"),
            ("self.drop6(F.relu(self.fc6(h)))", "F.dropout2d(F.relu(self.fc6(h)), 0.5, self.training, True)"),
            (
                "self.drop6(F.relu(self.fc6(h)))",
                "torch.feature_dropout(F.relu(self.fc6(h)), 0.5, self.training)",
            ),
            ("self.drop6 = nn.Dropout2d(0.5)", "self.drop6 = nn.Dropout2d(p=0.5, inplace=True)"),
            ("self.drop6 = nn.Dropout2d(0.5)", "self.drop6 = nn.Dropout2d()"),
        ],
    ),
)
def test_how_a_dropout_is_written_is_free(edit: Edit) -> None:
    """Module or function, in place or not, before or after its ReLU: a dropout is a dropout."""
    assert dropouts(edit) == []


def test_a_dropout_of_rate_zero_in_eval_mode_is_off() -> None:
    """A dropout that drops nothing may stay on."""
    assert dropouts((FC7, "h = F.dropout2d(F.relu(self.fc7(h)), 0.5 if self.training else 0.0)")) == []


def test_a_normalisation_moves_no_dropout() -> None:
    """What is computed otherwise in train mode doesn't hide where a dropout stands."""
    made = ("self.fc6 = nn", "self.bn = nn.BatchNorm2d(4)\n        self.fc6 = nn")

    assert dropouts(made, (CONV2_1, "F.relu(self.bn(self.conv2_1(h)))")) == []


def test_a_missing_layer_misses_no_dropout() -> None:
    """Of a layer that isn't there, no dropout is asked."""
    assert not any("no dropout after fc7" in words for words in dropouts((FC7, "pass")))


def test_a_missing_layer_leaves_its_dropout() -> None:
    """The dropout of a layer that isn't there is no dropout too many: the layer was paid for."""
    assert dropouts(("F.relu(self.fc7(h))", "F.relu(h)")) == []


def test_only_a_missing_layer_leaves_a_dropout() -> None:
    """One more than the missing layer's is too many."""
    found = dropouts(
        ("F.relu(self.fc7(h))", "F.relu(h)"),
        ("self.pool5(", "self.drop7(self.pool5("),
        ("conv5_3(h)))", "conv5_3(h))))"),
    )
    assert len(found) == 1 and "a dropout after pool5" in found[0]


MASKS = (
    "h = h * (torch.rand(h.shape[0], h.shape[1], 1, 1) >= 0.5) / 0.5 if self.training else h",
    "h = h * h.new_empty(h.shape[0], h.shape[1], 1, 1).bernoulli_(0.5).div_(0.5) if self.training else h",
    "h = h * torch.rand_like(h).round() * torch.rand_like(h).round() if self.training else h",
    "h = torch.where(torch.rand_like(h[:, :, :1, :1]) < 0.5, 0, 2 * h) if self.training else h",
)


@pytest.mark.parametrize(
    "ones",
    ["torch.ones(*h.shape[:2], 1, 1)", "h.new_ones(*h.shape[:2], 1, 1)", "torch.ones_like(h[..., :1, :1])"],
)
def test_a_dropout_of_ones_is_one_by_hand(ones: str) -> None:
    """Nobody says that it is missing, or elsewhere, or of another kind."""
    source = edited((FC7, f"h = F.relu(self.fc7(h))\n        h = h * F.dropout({ones}, 0.5, self.training)"))
    train, trace = reading_of(source, training=True), trace_of(source, training=True)
    by_hand = drawn_by_hand(train, trace.dropouts)

    assert by_hand == ["fc7"]
    assert not list(dropout_findings(train, trace.dropouts, reading_of(source), (), by_hand))


@pytest.mark.parametrize("mask", MASKS)
def test_a_dropout_by_hand_is_seen(mask: str) -> None:
    """Random numbers that drop something behind a layer are told from those that do nothing there."""
    by_hand = edited((FC7, f"h = F.relu(self.fc7(h))\n        {mask}"))
    idle = edited((FC7, "h = F.relu(self.fc7(h))\n        torch.rand(3)"))

    assert drawn_by_hand(reading_of(by_hand, training=True)) == ["fc7"]
    assert (
        drawn_by_hand(reading_of(idle, training=True))
        == drawn_by_hand(reading_of(edited(), training=True))
        == []
    )
