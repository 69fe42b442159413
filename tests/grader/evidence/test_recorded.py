"""Networks as they are recorded: what they are made of, and what is told where there is none."""

from __future__ import annotations

import pytest

from grader.errors import Blocked, StudentDied, StudentRaised
from grader.evidence.model import ModelEvidence
from grader.evidence.subject import Subject
from grader.records.reason import Place
from tests.grader.evidence.test_model import SEED, evidence
from tests.grader.in_process import InProcess, Refusing
from tests.grader.slim import SOURCE, slim8

IGNORING = "n_class = 21\n        super().__init__(n_class)\n        self.upscore ="


def test_a_missing_class_blocks_all_but_itself() -> None:
    """That there is no such class is told where it is built; the rest is blocked by it."""
    found = evidence(("class FCN8s(Trunk)", "class Other(Trunk)"))

    with pytest.raises(StudentRaised, match="FCN8s is not defined"):
        found.built
    for ask in (lambda: found.traced, lambda: found.reading, lambda: found.findings, lambda: found.read):
        with pytest.raises(Blocked, match=r"see fcn8s\.build"):
            ask()


def test_too_little_of_a_network_is_not_assessed() -> None:
    """A network of few of the assignment's layers says nothing by what it does well."""
    tiny = (
        "import torch\nfrom torch import nn\nclass FCN8s(nn.Conv2d):\n    def __init__(self, n_class=12):\n"
    )
    tiny += "        super().__init__(3, n_class, 3, padding=1)\n"

    with pytest.raises(Blocked, match=r"only . of FCN8s's 21 layers are there"):
        evidence(source=tiny).reading


def test_a_model_that_returns_no_tensor_blocks() -> None:
    """What is returned instead is told."""
    found = evidence(("h = self.upscore(h)\n", "return [self.upscore(h)]\n"), network="FCN32s")

    with pytest.raises(Blocked, match="FCN32s returns a list"):
        found.reading


@pytest.mark.parametrize("error", [StudentDied("killed"), StudentRaised("ValueError", "no")])
def test_a_student_who_refuses_blocks(error: Exception) -> None:
    """A dead process or an exception while building is told as it is; what needs the model is blocked."""
    found = ModelEvidence(Subject(Refusing(error), slim8, SEED), {})

    with pytest.raises(type(error)):
        found.first_trace
    with pytest.raises(Blocked):
        found.findings


def test_a_model_is_described_as_it_was_made() -> None:
    """How it was called, its parameters, what can't learn, where each was made, and what copies."""
    frozen = ("self.score = nn", "self.conv1_1.weight.requires_grad = False\n        self.score = nn")
    found = evidence(frozen)
    built = found.built
    line = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if "self.conv1_1 = " in text)

    assert built.way == "keyword"
    assert built.parameters["conv1_1.weight"].shape == (2, 3, 3, 3)
    assert [name for name, made in built.parameters.items() if not made.trained] == ["conv1_1.weight"]
    assert found.read.places["conv1_1.weight"] == Place("cell 1", line)


def test_a_network_that_needs_a_larger_image_gets_one() -> None:
    """Where the smallest image vanishes on the way, a larger one is tried."""
    found = evidence(("3, padding=100", "3, padding=1"), network="FCN32s")

    assert found.read.size == (224, 230)
    assert list(found.findings) == ["conv1"]


def test_a_network_too_small_for_every_image_raises_its_first_error() -> None:
    """If no image is large enough, what the first one raised is told."""
    found = evidence(("h = self.upscore(h)", "h = self.upscore(h)[:, :, 5000:].max(2)[0]"), network="FCN32s")

    with pytest.raises(StudentRaised):
        found.first_trace
    assert isinstance(found.subject.student, InProcess)
    assert found.subject.student.asked.count("trace") == 3


def test_an_ignored_n_class_is_paid_once() -> None:
    """A network of another number of classes is read in that number's terms."""
    ignored = evidence(("super().__init__(n_class)\n        self.upscore =", IGNORING), network="FCN32s")

    assert ignored.reading.architecture.n_class == 21
    assert ignored.findings == {}


def test_shapes_are_asked_for_many_sizes() -> None:
    """Every size has an answer: a shape, or what was raised."""
    shapes = evidence(("h = self.upscore3(h)", "assert x.size(0) == 1; h = self.upscore3(h)")).shapes
    batch = [answer for size, answer in shapes if size[0] > 1]
    single = {size: answer for size, answer in shapes if size[0] == 1}

    assert batch and all("AssertionError" in answer.error for answer in batch)
    assert all(answer.shape == (1, 12, *size[2:]) for size, answer in single.items())


def test_gradients_are_known_by_parameter() -> None:
    """A graph that is cut somewhere shows which parameters get none."""
    cut = ("return pool3, pool4, self.score(h)", "return pool3, pool4, self.score(h.detach())")
    gradients = evidence(cut).gradients

    assert gradients["score.weight"] and not gradients["fc7.weight"]
    assert gradients["conv1_1.weight"]  # through the skips
