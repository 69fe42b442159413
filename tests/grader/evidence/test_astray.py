"""What is read of the notebook is told by its name, and what else is wrong beside it."""

from __future__ import annotations

import pytest

from grader.diagnosis.cam import Verdict
from grader.evidence.astray import CAUSE
from grader.evidence.questions import CLASSES_ASKED
from grader.records.reason import Place
from tests.grader.a_cam import read
from tests.grader.slim import Edit

FEATURES = "features = np.random.RandomState(0).rand(1, 512, 7, 7).astype(np.float32)\n\ndef returnCAM"
LOGITS = "logits = torch.arange(1000.)[None]\n\ndef get_cls_pred"


@pytest.mark.parametrize("more", [(), (("weight_fc[idx]", "weight_fc[0]"),)], ids=["alone", "class 0"])
def test_other_features_are_told(more: tuple[Edit, ...]) -> None:
    edits = ("def returnCAM", FEATURES), ("@ feature_conv", "@ features")
    found = read(*edits, *more).maps.explained

    assert found.cause == CAUSE and found.operation == "`features` read as `feature_conv`"
    assert found.verdict is not None and (found.verdict == Verdict("", "", "")) == (not more)


def test_other_logits_are_told() -> None:
    found = read(("def get_cls_pred", LOGITS), ("softmax(logit,", "softmax(logits,")).prediction

    assert found.elsewhere is not None and found.elsewhere[:3] == ("logits", "logit", Place("cell 1", 10))
    assert found.as_given.chooses and found.as_given.elsewhere is None


def test_what_the_notebook_made_of_them_is_told() -> None:
    """The probability that is printed is right once it is made of the logits that are given."""
    made = LOGITS.replace("def", "probs = torch.softmax(logits, 1)\n\ndef", 1)
    found = read(("def get_cls_pred", made), ("torch.softmax(logit, 1)", "probs")).prediction

    assert found.elsewhere is not None and found.elsewhere.name == "probs"
    assert found.as_given.printed(CLASSES_ASKED[0]).numbers[0] < 1


def test_right_functions_read_nothing_elsewhere() -> None:
    """Nor does one whose index is another class's, or the same by itself."""
    assert read().prediction.elsewhere is None
    assert read(("return index", "return index - 1")).prediction.elsewhere is None
    assert read(("return index", "return index * 0")).prediction.elsewhere is None


def test_a_probability_tells_where_one_index_comes_of_all() -> None:
    """The index is wrong by itself; no number tells where the printed one is right as it stands."""
    index = "return index", "return index * 0"
    found = read(("def get_cls_pred", LOGITS), ("softmax(logit,", "softmax(logits,"), index).prediction

    assert found.elsewhere is not None and found.elsewhere.name == "logits"
    assert read(("def get_cls_pred", LOGITS), index).prediction.elsewhere is None
