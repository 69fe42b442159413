"""What get_cls_pred prints is judged beside what it returns."""

from __future__ import annotations

import pytest

from grader.checks.prediction import check_cls_index, check_cls_name, check_cls_probability
from grader.errors import Fault
from grader.evidence.prediction import PredictionEvidence
from tests.grader.a_cam import LABELS, SEED
from tests.grader.in_process import InProcess

HEAD = "import torch\nNAMES = [str(n) for n in range(1000)]\n"
FUNCTION = HEAD + "def get_cls_pred(logit):\n    p = torch.as_tensor(logit).softmax(1)[0]\n    {}\n"
PRINTS = "; print('top1 prediction: {:.3f} -> {}'.format(%s, LABELS[i])); return torch.tensor([i])"


def prediction(body: str) -> PredictionEvidence:
    """A submission whose get_cls_pred has this body; `p` are the probabilities."""
    source = FUNCTION.replace("NAMES = [str(n) for n in range(1000)]", f"LABELS = {list(LABELS)!r}")
    return PredictionEvidence(InProcess(source.replace("{}", body)), SEED, LABELS)


@pytest.mark.parametrize(
    "body",
    [
        "i = int(p.argmax())" + PRINTS % "p[i]",
        "i = int(p.argmin())" + PRINTS % "1.0",
        "i = 0" + PRINTS % "p[0]",
        "i = 0" + (PRINTS % "p[0]").replace("torch.tensor([i])", "(i, p[0])"),
    ],
    ids=["right", "least probable", "class 0 with its probability", "class 0 in a tuple"],
)
def test_a_wrong_index_is_no_wrong_name(body: str) -> None:
    """The name is that of the class that is returned, where something was right to come by it."""
    check_cls_name(prediction(body))


def test_a_constant_earns_no_name() -> None:
    """A class that is the same whatever the logits, with a probability of nothing, excuses nothing."""
    with pytest.raises(Fault, match="the printed name is"):
        check_cls_name(prediction("i = 0" + PRINTS % "1.0"))
    with pytest.raises(Fault, match="the printed name is"):
        check_cls_name(prediction("i = 0" + (PRINTS % "1.0").replace("torch.tensor([i])", "(i, 1.0)")))


UNNAMED = "; print('top1 prediction: {:.3f} -> {}'.format(%s, 'x')); return torch.tensor([i])"


def test_a_probability_without_a_name_is_that_of_an_index_that_was_told() -> None:
    """Where no name is printed, nothing is right about a constant index: nearly every class has 0.000."""
    check_cls_probability(prediction("i = int(p.argmin())" + UNNAMED % "p[i]"))
    with pytest.raises(Fault, match="the printed probability is 0"):
        check_cls_probability(prediction("i = 0" + UNNAMED % "0.0"))


def test_a_wrong_probability_is_told_by_what_gives_it_whatever_the_logits() -> None:
    """What fits one question alone is a coincidence."""
    with pytest.raises(Fault, match=r"it is the probability of the second best"):
        check_cls_probability(prediction("i = int(p.argmax())" + PRINTS % "p.sort()[0][-2]"))


@pytest.mark.parametrize("wrong", ["logit.requires_grad", "not torch.is_grad_enabled()"])
def test_a_class_that_is_right_for_constants_alone_is_wrong(wrong: str) -> None:
    """A network's logits need a gradient, or come where gradients are off."""
    body = f"i = int(p.argmin() if {wrong} else p.argmax()); return torch.tensor([i])"
    with pytest.raises(Fault, match=r"it is that of the least probable class|the most probable class is"):
        check_cls_index(prediction(body))


def test_what_refuses_logits_that_need_a_gradient_is_asked_without() -> None:
    """The last cell may turn gradients off."""
    check_cls_index(prediction("i = int(p.numpy().argmax()); return torch.tensor([i])"))
