from __future__ import annotations

import pytest

from grader.diagnosis.crops import crop_findings
from grader.diagnosis.head import logit_findings, other_findings
from grader.diagnosis.layers import layer_findings
from grader.diagnosis.skips import skip_findings
from grader.diagnosis.steps import activation_findings, pool_findings
from tests.grader.slim import Edit, edited, reading_of

THROWN = "is applied, and its result is thrown away"


def said(*edits: Edit, network: str = "FCN8s") -> list[str]:
    """What is said of a network after these edits."""
    reading = reading_of(edited(*edits), network)
    finders = (activation_findings, pool_findings, skip_findings, crop_findings, other_findings)
    found = [*layer_findings(reading, {}, {"score_pool_4.weight": (12, 16, 1, 1)})]
    return [reason.text for reason in (*found, *(each for find in finders for each in find(reading)))]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("h = F.relu(self.conv4_2(h))", "F.relu(self.conv4_2(h))"), f"conv4_2 {THROWN}"),
        (
            ("h = F.relu(self.conv4_2(h))", "h = self.conv4_2(h); F.relu(h)"),
            f"the ReLU after conv4_2 {THROWN}",
        ),
        (
            ("self.pool1(F.relu(self.conv1_2(h)))", "F.relu(self.conv1_2(h)); self.pool1(h)"),
            f"pool1 {THROWN}",
        ),
        (("        h = self.upscore1(h)", "        self.upscore1(h)"), f"upscore1 {THROWN}"),
    ],
)
def test_a_step_whose_result_is_thrown_away_is_not_missing(edit: Edit, words: str) -> None:
    """It is applied, on a line that a reader finds."""
    assert said(edit) == [words]


def test_a_sum_that_went_with_a_layer_is_paid_with_it() -> None:
    """The skip was added to what a transposed convolution took."""
    joined = (
        "h = h + s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]\n        h = self.upscore2(h)",
        "self.upscore2(h + s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)])",
    )

    assert said(joined) == [f"upscore2 {THROWN}"]


def test_what_comes_last_may_be_thrown_away() -> None:
    """The crop cuts what was there before."""
    assert said(("        h = self.upscore(h)", "        self.upscore(h)"), network="FCN32s") == [
        f"upscore {THROWN}"
    ]


def test_a_crop_may_be_thrown_away() -> None:
    """What is returned is not cropped."""
    cut = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
    (only,) = said((f"return {cut}", f"{cut}\n        return h"), network="FCN32s")

    assert only.startswith("the output is cropped, and the result is thrown away")


def test_a_layer_that_is_nowhere_is_missing() -> None:
    """Nothing applies it."""
    assert said(("h = F.relu(self.conv4_2(h))", "pass")) == ["conv4_2 is missing"]


def test_what_is_returned_instead_may_be_no_logits_besides() -> None:
    """Two faults, each named."""
    thrown = ("        h = self.upscore(h)", "        self.upscore(h)")
    cut = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
    reading = reading_of(edited(thrown, (f"return {cut}", f"return torch.sigmoid({cut})")), "FCN32s")

    (found,) = logit_findings(reading)
    assert found.text.startswith("the output went through sigmoid")
