"""What get_cls_pred returns and prints is read whatever its form."""

from __future__ import annotations

import pytest

from grader.errors import Blocked, StudentDied, StudentRaised, StudentTimeout
from grader.evidence.prediction import PRINTED, PredictionEvidence
from grader.evidence.questions import Logits
from tests.grader.a_cam import LABELS, SEED, cam, read
from tests.grader.in_process import Refusing


@pytest.mark.parametrize(
    ("returned", "form"),
    [
        ("index", "tensor"),
        ("index[0]", "tensor0"),
        ("index.item()", "int"),
        ("index.numpy()", "array"),
        ("index[0].numpy()", "array0"),
        ("np.int64(index.item())", "array0"),
        ("index.to(torch.int32)", "tensor"),
        ("index.float()", ""),
        ("[index.item()]", "array"),
        ("index.item(), prob.item()", ""),
        ("None", ""),
        ("str(index.item())", ""),
        ("torch.arange(5)", ""),
        ("index.reshape(1, 1)", ""),
        ("index > 0", ""),
    ],
)
def test_the_form_of_an_index_is_read(returned: str, form: str) -> None:
    """Tensors, arrays and numbers of one integer are forms of an index; anything else is none."""
    assert cam(("return index", f"return {returned}")).prediction.form == (form or None)


def test_a_function_that_raises_has_no_form() -> None:
    """Where get_cls_pred raises, the prediction is blocked and the form unknown."""
    found = cam(("return index", "raise ValueError(index)")).prediction

    with pytest.raises(Blocked, match=r"see cam\.cls_index"):
        found.first
    assert found.form is None


@pytest.mark.parametrize(
    ("returned", "chooses"),
    [
        ("index", True),
        ("index - 1", True),
        ("index * 0", False),
        ("index + (names.append(0) or len(names))", False),
        ("str(index.item())", True),
        ("None if index == 5 else 0", False),
    ],
    ids=["right", "wrong", "constant", "another in each call", "text", "nothing, then a constant"],
)
def test_an_index_that_follows_from_the_logits_is_chosen(returned: str, chooses: bool) -> None:
    """Another one for other logits, and the same for the same."""
    assert cam(("return index", f"return {returned}")).prediction.chooses == chooses


def test_what_is_printed_is_read() -> None:
    """The printed line holds a probability and a name."""
    printed = PRINTED.search(cam().prediction.first.value.printed)

    assert printed is not None
    assert printed[2] == "name 5"
    assert 0 < float(printed[1]) <= 1


@pytest.mark.parametrize("error", [StudentRaised("E", ""), StudentTimeout("late"), StudentDied("gone")])
def test_a_refusal_is_kept(error: Exception) -> None:
    """A question that the student didn't answer isn't asked twice."""
    student = Refusing(error)
    found = PredictionEvidence(student, SEED, LABELS)
    for _ in range(2):
        with pytest.raises(type(error)):
            found.ask(Logits(0, 5, 0.0, 3.0))

    assert student.asked == ["cls_pred"]


def test_a_softmax_over_the_batch_is_told_by_trying_the_other_axis() -> None:
    """A constant 1 is not."""
    prints = "prob, index = torch.softmax(logit, 1).max(1)"
    over = "prob, index = torch.softmax(logit, 0).max(1)"
    assert read((prints, over)).prediction.is_over_batch
    assert not read(
        (prints, "prob, index = torch.ones(1), torch.zeros(1, dtype=int)")
    ).prediction.is_over_batch
    assert not read().prediction.is_over_batch
