from __future__ import annotations

import pytest

from grader.network.reading import Reading
from grader.network.segments import again, has_relu, segment
from tests.grader.slim import SOURCE, Edit, edited, reading_of


def reading(*edits: Edit) -> Reading:
    """FCN-8s after these edits."""
    return reading_of(edited(*edits))


def behind(found: Reading, role: str) -> list[str]:
    """The steps in a layer's segment."""
    return [step.op for _, step in segment(found, found.positions[role])]


def test_a_segment_ends_before_the_next_layer() -> None:
    """What follows a layer is told up to the next one."""
    found = reading_of(SOURCE)

    assert (behind(found, "conv1_1"), behind(found, "conv1_2")) == (["relu"], ["relu", "max_pool"])


def test_a_layer_is_followed_by_its_relu_or_not() -> None:
    """A ReLU counts up to the next layer, before or after a pooling, and no further."""
    found = reading_of(SOURCE)
    assert has_relu(found, "conv1_2") and not has_relu(found, "score")
    assert has_relu(
        reading(("self.pool1(F.relu(self.conv1_2(h)))", "F.relu(self.pool1(self.conv1_2(h)))")), "conv1_2"
    )
    assert not has_relu(reading(("F.relu(self.conv2_1(h))", "self.conv2_1(h)")), "conv2_1")


@pytest.mark.parametrize(
    "twice", ["F.relu(self.conv4_2(self.conv4_2(h)))", "F.relu(self.conv4_2(F.relu(self.conv4_2(h))))"]
)
def test_a_segment_goes_on_where_its_own_layer_is_applied_again(twice: str) -> None:
    """With or without a ReLU between; where that is another one's place, it ends."""
    found = reading(("F.relu(self.conv4_2(h))", twice))
    assert behind(found, "conv4_2")[-2:] == ["conv", "relu"]
    assert (again(found, "conv4_2"), again(found, "conv4_1")) == (1, 0)

    shared = reading(("self.conv4_3(h)", "self.conv4_2(h)"))
    assert (behind(shared, "conv4_2"), again(shared, "conv4_2")) == (["relu"], 0)
