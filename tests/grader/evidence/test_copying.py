from __future__ import annotations

from functools import lru_cache

import pytest
import torch
from torch import nn
from torchvision.models import vgg16

from grader.checks.weights import check_copy_source
from grader.diagnosis.copying import SOURCES, copy_findings
from grader.errors import Blocked, StudentRaised
from grader.evidence.copying import biasless, stand_ins, vgg16_shapes
from grader.evidence.model import ModelEvidence
from grader.evidence.subject import Subject
from grader.records.reason import Cause
from reference.architecture import VGG_CONVS, VGG_LINEARS
from tests.grader.in_process import InProcess
from tests.grader.slim import SLIM, SOURCE, Edit, edited, slim8, slim32
from tests.share import every, rows

SEED = 9
COPY_BIAS = "layer.bias.data = source.bias.data"
COPY_WEIGHT = "layer.weight.data = source.weight.data"
ZIP = "for layer, source in zip(own, convs):"
METHOD = SOURCE[SOURCE.index("    def copy_params_from_vgg16") : SOURCE.index("class FCN32s")]
LINEARS = "((self.fc6, vgg16.classifier[0]), (self.fc7, vgg16.classifier[3])):"


@lru_cache(8)
def copying(*edits: Edit, network: str = "FCN32s") -> ModelEvidence:
    """A network after these edits, to copy into."""
    return ModelEvidence(Subject(InProcess(edited(*edits)), SLIM[network], SEED), {})


def kept(found: ModelEvidence) -> dict[str, str]:
    """The parameters that hold values of the VGG-16, by their keys."""
    contents = found.challenged.contents.items()
    return {name: key for name, key in contents if key.startswith("vgg/")}


def said(found: ModelEvidence) -> list[str]:
    """What is said of every layer that VGG-16 has."""
    roles = (*VGG_CONVS, *VGG_LINEARS.values())
    return [reason.text for reason in copy_findings(found.copied, found.reading, roles)]


@pytest.mark.parametrize("network", every(3, SLIM))
def test_right_copying_is_right(network: str) -> None:
    """Every layer holds its own VGG-16 values, and VGG-16 is as it was, though it shares their memory."""
    found = copying(network=network)

    assert found.copied.way == "copy_params_from_vgg16"
    assert found.copied.raised is None
    assert said(found) == []
    assert list(found.copied.vgg16_changed) == []


RESET = (COPY_BIAS, f"{COPY_BIAS}\n        self.conv1_1.padding = (1, 1)")


@pytest.mark.parametrize("network", every(3, SLIM))
def test_a_layer_that_copying_sets_otherwise_is_named_alone(network: str) -> None:
    """Without its padding the copied network fails at this size: the one that was made is run."""
    found = copying(RESET, network=network)

    assert said(found) == ["conv1_1.padding is 1 once VGG-16 is copied: the constructor made it 100"]
    assert found.is_reference


def test_a_layer_without_weights_that_copying_replaces_is_named_once() -> None:
    """One that does the same is no fault."""
    replaced = (COPY_BIAS, f"{COPY_BIAS}\n        self.drop6 = nn.{{}}")
    found = copying((replaced[0], replaced[1].format("Identity()")), network="FCN32s")

    assert said(found) == ["drop6.type is Identity once VGG-16 is copied: the constructor made it Dropout2d"]
    assert said(copying((replaced[0], replaced[1].format("Dropout2d()")), network="FCN32s")) == []


def test_what_was_wrong_before_is_no_fault_of_copying() -> None:
    """The layer's own line tells of it; and what copying sets right is right."""
    wrong = ("3, 2, 3, padding=100", "3, 2, 3, padding=150")

    assert said(copying(RESET, wrong)) == []
    assert said(copying((COPY_BIAS, f"{COPY_BIAS}\n        self.conv1_1.padding = 100"), wrong)) == []


def test_vgg16_s_layers_are_found_where_torchvision_has_them() -> None:
    """Each role's source is the layer of that place in torchvision's VGG-16."""
    with torch.device("meta"):
        features = vgg16(weights=None).features
    convs = [f"features.{n}" for n, layer in enumerate(features) if isinstance(layer, nn.Conv2d)]

    assert [SOURCES[role] for role in VGG_CONVS] == convs
    assert (SOURCES["fc6"], SOURCES["fc7"]) == ("classifier.0", "classifier.3")


@pytest.mark.parametrize(
    ("edits", "words"),
    rows(
        4,
        [
            ([(COPY_BIAS, "pass")], [f"{role}.bias was not copied" for role in VGG_CONVS]),
            (
                [(ZIP, "for layer, source in zip(own[:12], convs):")],
                ["conv5_3.weight was not copied", "conv5_3.bias was not copied"],
            ),
            (
                [(ZIP, "convs[10], convs[11] = convs[11], convs[10]\n        " + ZIP)],
                [
                    "conv5_1.weight holds conv5_2's values",
                    "conv5_1.bias holds conv5_2's values",
                    "conv5_2.weight holds conv5_1's values",
                    "conv5_2.bias holds conv5_1's values",
                ],
            ),
            (
                [(LINEARS, "((self.fc7, vgg16.classifier[3]),):")],
                ["fc6.weight was not copied", "fc6.bias was not copied"],
            ),
            (
                [
                    (
                        "layer.weight.data.copy_(source.weight.data.view(layer.weight.shape))",
                        "layer.weight.data.normal_()",
                    )
                ],
                [
                    "fc6.weight holds other values than VGG-16's",
                    "fc7.weight holds other values than VGG-16's",
                ],
            ),
            (
                [
                    (
                        COPY_WEIGHT,
                        "layer.weight.data = source.weight.data * (2 if layer.in_channels == 3 else 1)",
                    )
                ],
                ["conv1_1.weight does not hold VGG-16's values as they are: times 2"],
            ),
            (
                [
                    (
                        "layer.weight.data.copy_(source.weight.data.view(layer.weight.shape))",
                        "layer.weight.data.copy_(source.weight.data.t().reshape(layer.weight.shape))",
                    )
                ],
                [
                    "fc6.weight does not hold VGG-16's values as they are: transposed, then reshaped",
                    "fc7.weight does not hold VGG-16's values as they are: with inputs and outputs swapped",
                ],
            ),
        ],
    ),
)
def test_what_a_layer_holds_instead_is_named(edits: list[Edit], words: list[str]) -> None:
    """Not copied, another layer's, scaled, transposed or random: each parameter is told by name."""
    assert said(copying(*edits)) == words


FLAT = (
    "layer.weight.data.copy_(source.weight.data.view(layer.weight.shape))",
    "layer.weight.data = source.weight.data",
)
GONE = ("layer.weight.data.copy_(source.weight.data.view(layer.weight.shape))", "del layer.weight")


@pytest.mark.slow
def test_weights_that_a_layer_can_not_use_are_told() -> None:
    """A matrix in a convolution's place, or nothing at all, is copied wrongly whatever values it holds."""
    fc6 = copying(FLAT).built.parameters["fc6.weight"].shape

    assert said(copying(FLAT)) == [
        f"fc6.weight has the shape {[fc6[0], fc6[1] * 49]} after copying",
        f"fc7.weight has the shape {[fc6[0], fc6[0]]} after copying",
    ]
    assert said(copying(GONE)) == [f"fc{n}.weight is gone after copying" for n in (6, 7)]


@pytest.mark.slow
@pytest.mark.parametrize("edit", [FLAT, GONE])
def test_a_model_that_copying_spoils_is_judged_as_it_was_made(edit: Edit) -> None:
    """The copying lines pay for it: the forward pass is that of a new model."""
    found = copying(edit)

    assert kept(found) == {}
    assert found.is_reference


def test_a_finding_points_at_the_line_that_copies() -> None:
    """The cause, what was expected, and the line that wrote the same layer's weight, not its bias."""
    network = copying((COPY_BIAS, "pass"))
    found = copy_findings(network.copied, network.reading, ("conv1_1",))
    line = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if COPY_WEIGHT in text)

    assert found[0].cause == Cause("copy.missing", {"parameter": "conv1_1.bias"})
    assert found[0].expected == "vgg16.features.0.bias"
    assert found[0].place is not None and found[0].place.line == line


def test_a_finding_of_linear_layers_points_at_no_line_that_copies_convolutions() -> None:
    """Where nothing writes them, it points at what should."""
    network = copying((LINEARS, "():"))
    found = copy_findings(network.copied, network.reading, tuple(VGG_LINEARS.values()))

    assert found and {reason.place for reason in found} == {network.copied.home}


def test_changing_vgg16_is_seen() -> None:
    """Parameters of VGG-16 that no longer hold what they did are listed; sharing them is allowed."""
    found = copying((COPY_BIAS, "layer.bias.data = source.bias.data.clone(); source.bias.data.zero_()"))

    assert list(found.copied.vgg16_changed) == [f"{SOURCES[role]}.bias" for role in VGG_CONVS]
    assert said(found) == []


def test_without_a_function_copying_is_blocked() -> None:
    """Nothing whose name holds vgg: there is nothing to call."""
    found = copying((METHOD, ""))

    assert found.copied.way == ""
    with pytest.raises(Blocked, match="there is no function that copies VGG-16"):
        check_copy_source(found)


@pytest.mark.parametrize(
    ("name", "order"), [("copy_vgg16_into", "self, vgg16"), ("vgg16_to_model", "vgg16, self")]
)
def test_a_function_may_copy(name: str, order: str) -> None:
    """Copying may be a function of the model and the VGG-16, in either order."""
    body = METHOD.replace("    def copy_params_from_vgg16(self, vgg16):", f"def {name}({order}):")
    function = "\n".join(
        line.removeprefix("    ") if not line.startswith("def") else line for line in body.splitlines()
    )
    found = copying((METHOD, ""), ("class Trunk(", f"{function}\n\nclass Trunk("))

    assert found.copied.way == name
    assert said(found) == []


def test_an_exception_while_copying_is_told() -> None:
    """What the function raised is kept; what it copied before still counts."""
    found = copying(
        ("for layer, source in ((self.fc6,", "vgg16.nonsense\n        for layer, source in ((self.fc6,")
    )

    assert isinstance(found.copied.raised, StudentRaised) and found.copied.raised.kind == "AttributeError"
    assert found.copied.raised.place is not None
    assert said(found) == [f"fc{n}.{kind} was not copied" for n in (6, 7) for kind in ("weight", "bias")]


def test_a_layer_that_copying_asks_for_in_vain_is_paid_once() -> None:
    """A layer that is missing was paid for: copying gets a stand-in for its name."""
    named = METHOD.replace(
        "[layer for layer in self.modules() if type(layer) is nn.Conv2d][:13]",
        f"[getattr(self, name) for name in {list(VGG_CONVS)}]",
    )
    found = copying(
        (METHOD, named),
        ("        self.conv5_2 = nn.Conv2d(16, 16, 3, padding=1)\n", ""),
        ("h = F.relu(self.conv5_2(h))", "pass"),
    )

    assert stand_ins(found.reading) == {"conv5_2": "features.26"}
    assert found.copied.raised is None
    assert said(found) == []


@pytest.mark.parametrize(
    ("left", "words"),
    [("[*convs[:10], *convs[11:]]", []), ("[*convs[:10], *convs[:9:-1]]", ["conv5_3's"] * 2)],
)
def test_layers_that_move_up_in_the_place_of_a_missing_one_hold_their_own(
    left: str, words: list[str]
) -> None:
    """A slice of VGG-16 that leaves one out is paid once; in another order they hold wrong values."""
    found = copying(
        (ZIP, ZIP.replace("convs)", f"{left})")),
        ("[layer for layer in self.modules() if type(layer) is nn.Conv2d][:13]", "[*self.kept]"),
        (
            "        self.conv5_1 = nn.Conv2d(16, 16, 3, padding=1)\n"
            "        self.conv5_2 = nn.Conv2d(16, 16, 3, padding=1)\n"
            "        self.conv5_3 = nn.Conv2d(16, 16, 3, padding=1)\n",
            "        self.last = nn.Conv2d(16, 16, 3, padding=1)\n"
            "        self.end = nn.Conv2d(16, 16, 3, padding=1)\n"
            "        self.kept = [layer for layer in self.modules() if type(layer) is nn.Conv2d]\n",
        ),
        ("        h = F.relu(self.conv5_1(h))\n", ""),
        ("self.conv5_2(h)", "self.last(h)"),
        ("self.conv5_3(h)", "self.end(h)"),
    )

    assert "conv5_3" not in found.reading.layers
    assert [text for text in said(found) if "conv5_1" in text] == [
        f"conv5_1.{kind} holds {whose} values" for kind, whose in zip(("weight", "bias"), words, strict=False)
    ]
    assert bool(said(found)) is bool(words)


def test_missing_relus_and_pools_have_stand_ins() -> None:
    """The assignment's own copying walks over ReLUs and pools by name, too."""
    found = copying(
        ("F.relu(self.conv2_1(h))", "self.conv2_1(h)"),
        ("self.pool5(F.relu(self.conv5_3(h)))", "F.relu(self.conv5_3(h))"),
    )

    assert stand_ins(found.reading) == {"pool5": "", "relu2_1": ""}


def test_a_layer_used_twice_is_paid_once() -> None:
    """That conv5_1 stands in for conv5_2 was paid for; copying judges it as conv5_1."""
    found = copying(("self.conv5_2(h)", "self.conv5_1(h)"))

    assert said(found) == []


def test_a_layer_of_another_shape_can_be_copied() -> None:
    """VGG-16 is made to fit: a wrong kernel was paid for already."""
    wrong = (
        "self.conv4_2 = nn.Conv2d(16, 16, 3, padding=1)",
        "self.conv4_2 = nn.Conv2d(16, 16, 5, padding=2)",
    )
    found = copying(wrong)

    assert vgg16_shapes(found.reading)["features.19.weight"] == (16, 16, 5, 5)
    assert said(found) == []


def test_linear_layers_have_linear_shapes() -> None:
    """VGG-16's classifier holds what fc6 and fc7 hold, as matrices."""
    shapes = vgg16_shapes(copying().reading)

    assert shapes["classifier.0.weight"] == (24, 16 * 49)
    assert shapes["classifier.3.weight"] == (24, 24)
    assert shapes["classifier.0.bias"] == (24,)


def test_what_is_copied_is_known_by_vgg16_s_keys() -> None:
    """Contents name the VGG-16 layer whose values a parameter holds, wherever it was meant to go."""
    swapped = kept(copying((ZIP, "convs[10], convs[11] = convs[11], convs[10]\n        " + ZIP)))

    assert swapped["conv5_1.weight"] == "vgg/features.26.weight"
    assert swapped["conv5_2.weight"] == "vgg/features.24.weight"
    assert "score.weight" not in swapped


@pytest.mark.slow
def test_without_copying_nothing_is_known() -> None:
    """Where nothing was copied, or nothing can be, no content is claimed."""
    assert kept(copying((METHOD, ""))) == {}
    assert kept(copying((METHOD, "    def load_vgg16(self, vgg16):\n        pass\n\n"))) == {}


@pytest.mark.slow
def test_the_second_network_finds_vgg16_as_it_was() -> None:
    """What the first one's copying does to VGG-16 is not held against the second."""
    for edits, changed in (
        ([], False),
        ([(COPY_BIAS, "layer.bias.data = source.bias.data.clone(); source.bias.data.zero_()")], True),
    ):
        student = InProcess(edited(*edits))
        first, second = (ModelEvidence(Subject(student, table, SEED), {}) for table in (slim32, slim8))

        assert (said(first), said(second)) == ([], [])
        assert bool(first.copied.vgg16_changed) == bool(second.copied.vgg16_changed) == changed


def test_a_bias_that_copying_asks_for_in_vain_is_paid_once() -> None:
    """The layer that lacks it has a cause of its own."""
    found = copying(
        (
            "self.conv5_2 = nn.Conv2d(16, 16, 3, padding=1)",
            "self.conv5_2 = nn.Conv2d(16, 16, 3, padding=1, bias=False)",
        )
    )

    assert biasless(found.reading) == ("conv5_2",)
    assert found.copied.raised is None
    assert said(found) == []
