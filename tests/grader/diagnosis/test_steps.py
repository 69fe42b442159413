from __future__ import annotations

import pytest

from grader.diagnosis.steps import activation_findings, is_activation, pool_findings
from grader.diagnosis.words import plain
from grader.network.graph import INPUT, expr, relu
from tests.grader.diagnosis.paying import payer_of
from tests.grader.slim import SOURCE, Edit, edited, reading_of
from tests.share import every

CONV2_1 = "F.relu(self.conv2_1(h))"


def activations(*edits: Edit, network: str = "FCN8s") -> list[str]:
    """What is said of the activations after these edits."""
    found = list(activation_findings(reading_of(edited(*edits), network)))
    assert {payer_of(finding) for finding in found} <= {"activations"}
    return [finding.text for finding in found]


def pools(*edits: Edit) -> list[str]:
    """What is said of the pools after these edits."""
    found = list(pool_findings(reading_of(edited(*edits))))
    assert {payer_of(finding) for finding in found} <= {"pools"}
    return [finding.text for finding in found]


@pytest.mark.parametrize("network", every(2, ["FCN8s", "FCN32s"]))
def test_nothing_is_said_of_the_right_steps(network: str) -> None:
    """A right network has no findings between its layers."""
    assert activations(network=network) == []
    assert pools() == []


# --- activations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ((CONV2_1, "self.conv2_1(h)"), "no ReLU after conv2_1"),
        (("self.drop7(F.relu(self.fc7(h)))", "self.drop7(self.fc7(h))"), "no ReLU after fc7"),
        ((CONV2_1, "F.leaky_relu(self.conv2_1(h))"), "leaky_relu after conv2_1, the assignment says ReLU"),
        ((CONV2_1, "torch.sigmoid(self.conv2_1(h))"), "sigmoid after conv2_1, the assignment says ReLU"),
        ((CONV2_1, "self.conv2_1(h).tanh_()"), "tanh after conv2_1, the assignment says ReLU"),
        ((CONV2_1, "F.gelu(self.conv2_1(h))"), "gelu after conv2_1, the assignment says ReLU"),
        ((CONV2_1, "F.softmax(self.conv2_1(h), 1)"), "softmax after conv2_1, the assignment says ReLU"),
        ((CONV2_1, "F.softsign(self.conv2_1(h))"), "softsign after conv2_1, the assignment says ReLU"),
        ((CONV2_1, "self.conv2_1(h).exp()"), "exp after conv2_1, the assignment says ReLU"),
        ((CONV2_1, "F.relu6(self.conv2_1(h))"), "ReLU6 after conv2_1, the assignment says ReLU"),
        (("self.score(h)\n", "F.relu(self.score(h))\n"), "a ReLU after score, where the assignment has none"),
        (("self.upscore1(h)\n", "F.relu(self.upscore1(h))\n"), "a ReLU after upscore1, where the assignment"),
        (
            ("self.upscore2(h)\n", "torch.tanh(self.upscore2(h))\n"),
            "a tanh after upscore2, where the assignment",
        ),
        (
            (
                "h + s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]",
                "F.relu(h + s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)])",
            ),
            "a ReLU on the sum of upscore1 and the pool4 skip, where the assignment has none",
        ),
        (("self.conv1_1(x)", "self.conv1_1(F.relu(x))"), "a ReLU on the input, before conv1_1"),
        (
            ("s = self.score_pool_4(pool4)", "s = F.relu(self.score_pool_4(pool4))"),
            "a ReLU on the pool4 skip, where the assignment has none",
        ),
        (
            ("s = self.score_pool_3(pool3)", "s = torch.sigmoid(self.score_pool_3(pool3))"),
            "a sigmoid on the pool3 skip, where the assignment has none",
        ),
    ],
)
def test_an_activation_is_named_with_its_place(edit: Edit, words: str) -> None:
    """Missing, other and unwanted activations are each one finding."""
    (rationale,) = activations(edit)

    assert words in rationale


@pytest.mark.parametrize(
    "edit",
    [
        ("self.pool1(F.relu(self.conv1_2(h)))", "F.relu(self.pool1(self.conv1_2(h)))"),
        (CONV2_1, "F.relu(F.relu(self.conv2_1(h)))"),
        ("self.drop6(F.relu(self.fc6(h)))", "F.relu(self.drop6(self.fc6(h)))"),
        (
            "pool4 = h = self.pool4(F.relu(self.conv4_3(h)))",
            "pool4 = h = F.relu(self.pool4(self.conv4_3(h)))",
        ),
    ],
)
def test_where_a_relu_stands_within_its_layer_is_free(edit: Edit) -> None:
    """Before or after pooling and dropout, once or twice, a ReLU is a ReLU."""
    assert activations(edit) == []


def test_a_sigmoid_at_the_end_is_no_activations_fault() -> None:
    """What makes probabilities of the output is paid by the logits line."""
    assert activations(("return h[:, :, 31:", "return torch.sigmoid(h)[:, :, 31:")) == []


def test_a_missing_layer_misses_no_relu() -> None:
    """Of a layer that isn't there, no ReLU is asked."""
    assert activations(("h = F.relu(self.conv5_2(h))", "pass")) == []


def test_activations_are_known_by_their_plain_names() -> None:
    """A name is an operation's without its library, overload and underscores; ReLU is no other activation."""
    step = expr("aten.leaky_relu_.default", INPUT)

    assert plain(step) == "leaky_relu"
    assert is_activation(step)
    assert not is_activation(relu(INPUT))
    assert not is_activation(expr("aten.flip.default", INPUT))


# --- pools ------------------------------------------------------------------------------------------

POOL4 = "self.pool4 = nn.MaxPool2d(2, 2, ceil_mode=True)"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ((POOL4, "self.pool4 = nn.MaxPool2d(3, 2, padding=1)"), "pool4: kernel 3, the assignment says 2"),
        (
            (POOL4, "self.pool4 = nn.AvgPool2d(2, 2)"),
            "pool4: average pooling (avg_pool2d) where the assignment says max pooling",
        ),
        ((POOL4, "self.pool4 = nn.MaxPool2d(2, 2, padding=1)"), "pool4: padding 1, the assignment says 0"),
        ((POOL4, "self.pool4 = nn.MaxPool2d((2, 3), 2)"), "pool4: kernel (2, 3), the assignment says 2"),
    ],
)
def test_a_wrong_pool_is_named(edit: Edit, words: str) -> None:
    """Kind, kernel and padding of a pooling are compared with the assignment's."""
    assert words in pools(edit)


def test_a_pool_too_many_is_named() -> None:
    """A pooling that the assignment doesn't have is told by the layer before it."""
    assert pools((CONV2_1, "F.max_pool2d(F.relu(self.conv2_1(h)), 3, 1, 1)")) == [
        "a pooling too many after conv2_1"
    ]


def test_a_pool_left_out_is_named() -> None:
    """A block without its pooling is told by number."""
    source = edited(("self.pool5(F.relu(self.conv5_3(h)))", "F.relu(self.conv5_3(h))"))
    (found,) = pool_findings(reading_of(source, "FCN32s"))

    assert found.text == "pool5 is missing: no max pooling after block 5"


def test_a_pool_in_another_place_is_named_once() -> None:
    """It is the block's own pool: neither missing nor one too many."""
    moved = ("self.pool4(F.relu(self.conv4_3(h)))", "F.relu(self.conv4_3(self.pool4(h)))")

    assert pools(moved) == ["pool4 comes after conv4_2, it must come after conv4_3"]


def test_a_pool_is_shown_like_a_constructor() -> None:
    """What was found is written with all its numbers; its place is the line that made it."""
    (found,) = pool_findings(reading_of(edited((POOL4, "self.pool4 = nn.MaxPool2d(2, 2, padding=1)"))))

    assert found.actual == "pool4 = MaxPool2d(2, stride=2, padding=1)"
    assert found.expected == "pool4 = MaxPool2d(2, stride=2)"
    assert found.place is not None
    assert "self.pool4 = " in SOURCE.splitlines()[found.place.line - 1]


@pytest.mark.parametrize(
    "new", ["nn.MaxPool2d(2)", "nn.MaxPool2d(2, 2)", "nn.MaxPool2d((2, 2), stride=2, ceil_mode=True)"]
)
def test_either_rounding_is_right(new: str) -> None:
    """Floor and ceil mode are not told apart."""
    assert pools((POOL4, f"self.pool4 = {new}")) == []
