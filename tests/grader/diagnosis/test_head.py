from __future__ import annotations

import pytest

from tests.grader.diagnosis.way_up import (
    CROP8,
    said,
)
from tests.grader.slim import Edit


@pytest.mark.parametrize("network", ["FCN32s", "FCN8s"])
def test_nothing_is_said_of_the_right_way_up(network: str) -> None:
    """A right network has no findings after its score layer."""
    assert said(network=network) == {}


@pytest.mark.parametrize(
    ("new", "name"),
    [
        (f"{CROP8}.softmax(1)", "softmax"),
        (f"F.log_softmax({CROP8}, 1)", "log_softmax"),
        (f"torch.sigmoid({CROP8})", "sigmoid"),
        (f"{CROP8}.argmax(1)", "argmax"),
        (f"{CROP8}.max(1)[0]", "max"),
        (f"{CROP8}.max(1)[1]", "max"),
        (f"{CROP8}.topk(1, 1)[0]", "topk"),
        (f"F.softmax(h, 1){CROP8[1:]}", "softmax"),
    ],
)
def test_an_output_that_is_no_logits_is_named(new: str, name: str) -> None:
    """Softmax, sigmoid, argmax and their like after the last layer are the logits line's fault alone."""
    found = said((CROP8, new))

    assert list(found) == ["logits"]
    assert f"the output went through {name}: logits are expected" in found["logits"][0]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            ("self.fc6(h)", "self.fc6(h * 2)"),
            "the output of pool5 is multiplied by 2, which the assignment does not do",
        ),
        (("self.conv1_1(x)", "self.conv1_1(x / 255)"), "the input is divided by 255, which"),
        (("self.fc6(h)", "self.fc6(F.instance_norm(h))"), "goes through a normalisation layer"),
        (("self.conv3_1(h)", "self.conv3_1(h.flip(3))"), "the output of pool2 goes through flip, which"),
        (
            ("self.conv4_2(h)", "self.conv4_2(h) + h"),
            "the output of conv4_2 is joined by a second branch, which",
        ),
        (
            ("self.conv5_1(h)", "self.conv5_1(h[:, :, 1:])"),
            "the output of pool4 is cropped from (1, 0), which",
        ),
        (("self.conv1_1(x)", "self.conv1_1(x * 0.01)"), "the input is multiplied by 0.01, which"),
        (("self.score(h)\n", "self.score(h) * 3\n"), "the output of score is multiplied by 3, which"),
        (
            ("self.upscore3(h)\n", "self.upscore3(h) / 2\n"),
            "the output of upscore3 is multiplied by 0.5, which",
        ),
    ],
)
def test_a_step_that_no_line_has_is_the_forward_lines(edit: Edit, words: str) -> None:
    """Scaling, normalising, flipping, residual links and crops on the way down are told by their place."""
    found = said(edit)

    assert any(words in rationale for rationale in found["forward"]), found
    assert set(found) == {"forward"}
