from __future__ import annotations

import pytest

from tests.grader.evidence.test_model import evidence
from tests.grader.slim import Edit
from tests.share import every

POOL3 = ("self.score_pool_3(pool3)", "self.score_pool_3(pool3.data)")
POOL4 = ("self.score_pool_4(pool4)", "self.score_pool_4(pool4.detach())")
BIAS = ("self.fc7 = nn.Conv2d(24, 24, 1)", "self.fc7 = nn.Conv2d(24, 24, 1, bias=False)")
TRUNK = ("h = F.relu(self.conv4_1(h))", "h = F.relu(self.conv4_1(h.detach()))")
CUTS: dict[str, tuple[list[Edit], set[str]]] = {
    "a skip": ([POOL4], {"score_pool_4"}),
    "both skips": ([POOL3, POOL4], {"score_pool_3", "score_pool_4"}),
    "the trunk": ([TRUNK], {"conv4_1"}),
    "a skip of a wrong network": ([POOL4, BIAS], {"score_pool_4"}),
    "another skip's size": (
        [("s = self.score_pool_4(pool4)", "s = self.score_pool_4(pool4); s.size()")],
        set(),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", every(5, CUTS))
def test_the_layers_through_which_no_gradient_goes_back_are_told(name: str) -> None:
    """Every layer has a gradient all the same, so that nothing but its value shows the cut."""
    edits, layers = CUTS[name]
    found = evidence(*edits)

    assert set(found.confirmed.severed) == layers
    assert not found.cut and found.confirmed.is_whole


@pytest.mark.slow
def test_other_gradients_that_no_cut_explains_are_left_to_a_person() -> None:
    """A gradient that is doubled on its way is none of these."""
    doubled = "(h if h.is_meta else 2 * h - h.detach())"
    found = evidence(("h = F.relu(self.conv5_1(h))", f"h = F.relu(self.conv5_1({doubled}))"))

    assert not found.confirmed.severed
    assert "other gradients" in found.lacks("gradients")
