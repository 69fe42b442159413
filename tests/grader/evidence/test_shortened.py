from __future__ import annotations

from functools import lru_cache

from grader.diagnosis.copying import copy_findings
from grader.evidence.model import ModelEvidence
from grader.evidence.shortened import added, lacked
from grader.evidence.subject import Subject
from reference.architecture import VGG_CONVS, VGG_LINEARS
from tests.grader.in_process import InProcess
from tests.grader.slim import SLIM, Edit, edited

LAST = "self.pool4(F.relu(self.conv4_3(h)))"
DROPPED = (
    ("        self.conv4_3 = nn.Conv2d(16, 16, 3, padding=1)\n", ""),
    (LAST, "self.pool4(h)"),
)
BIAS = "            layer.bias.data = source.bias.data\n"


@lru_cache(8)
def network(*edits: Edit) -> ModelEvidence:
    """FCN-32s after these edits."""
    return ModelEvidence(Subject(InProcess(edited(*edits)), SLIM["FCN32s"], 9), {})


def said(*edits: Edit) -> list[str]:
    """What is said of what copying leaves in FCN-32s after these edits."""
    found, roles = network(*edits), (*VGG_CONVS, *VGG_LINEARS.values())
    return [reason.text for reason in copy_findings(found.copied, found.reading, roles)]


def test_what_is_copied_in_order_around_a_missing_layer_is_right() -> None:
    """The layer has a line of its own; what is left out besides is told."""
    assert said(*DROPPED) == []
    assert said(*DROPPED, (BIAS, "")) == [
        f"{role}.bias was not copied" for role in VGG_CONVS if role != "conv4_3"
    ]


def test_what_is_copied_by_numbers_is_right_beside_a_missing_layer() -> None:
    """They are those of a whole VGG-16."""
    numbers = [0, 2, 5, 7, 10, 12, 14, 17, 19, 24, 26, 28]
    by_number = (
        "convs = [layer for layer in vgg16.features if isinstance(layer, nn.Conv2d)]",
        f"convs = [vgg16.features[number] for number in {numbers}]",
    )
    assert said(*DROPPED, by_number) == []
    assert said(by_number)


def without(*edits: Edit) -> list[str]:
    """What of VGG-16 FCN-32s lacks after these edits."""
    return list(lacked(network(*edits).reading))


def test_what_a_network_lacks_is_named_as_in_vgg16() -> None:
    """ReLUs and pools are there in whatever way they are applied."""
    assert without() == []
    assert without(*DROPPED) == ["features.21", "features.22"]
    assert without((LAST, "F.relu(self.conv4_3(h))")) == ["features.23"]
    assert without(("self.drop7(F.relu(self.fc7(h)))", "h")) == [f"classifier.{at}" for at in (3, 4, 5)]


def test_a_layer_that_is_another_s_is_lacking() -> None:
    """Copying in order finds one layer in the place of both."""
    twice = ("F.relu(self.conv4_3(h))", "F.relu(self.conv4_2(h))")
    assert without(twice) == ["features.21"]


MORE = (
    ("        self.pool1 = nn", "        self.more = nn.Conv2d(4, 4, 3, padding=1)\n        self.pool1 = nn"),
    ("self.pool2(F.relu(self.conv2_2(h)))", "self.pool2(F.relu(self.more(F.relu(self.conv2_2(h)))))"),
)


def test_a_layer_too_many_is_named_by_what_it_comes_behind() -> None:
    """With its shape; one that is applied again is none."""
    assert dict(added(network(*MORE).reading)) == {"features.8": (4, 4, 3, 3)}
    again = ("self.pool2(F.relu(self.conv2_2(h)))", "self.pool2(F.relu(self.conv2_2(self.conv2_2(h))))")
    assert dict(added(network(again).reading)) == {}


def test_what_is_copied_in_order_around_a_layer_too_many_is_right() -> None:
    """The constructor makes it where it is applied."""
    made = (
        "        self.conv3_1 = nn",
        "        self.more = nn.Conv2d(4, 4, 3, padding=1)\n        self.conv3_1 = nn",
    )
    assert said(made, MORE[1], ("is nn.Conv2d][:13]", "is nn.Conv2d][:14]")) == []
