"""A network that learns as the reference does is known without training it, and no other is."""

from __future__ import annotations

import pytest

from grader.network import narrow
from grader.training import certify, twin
from grader.training.run import Setting
from reference import trainer
from tests.grader.in_process import InProcess
from tests.grader.slim import SOURCE, Edit, edited, reading_of, trace_of
from tests.share import every

NAMES = ("FCN32s", "FCN8s")
DROPS: tuple[Edit, ...] = (
    ("self.drop6 = nn.Dropout2d(0.5)", "self.drop6 = nn.Dropout(0.5)"),
    ("self.drop7 = nn.Dropout2d(0.5)", "self.drop7 = nn.Dropout(0.5)"),
)


LAST = "return h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"


def proved(name: str, *edits: Edit, size: int = certify.PLAN.size) -> str:
    """What a network that was edited does otherwise than the reference."""
    student = InProcess(edited(*edits))
    reading = reading_of(edited(*edits), name)
    model = student.world.targets[name](12)
    shapes = {known: tuple(value.shape) for known, value in model.named_parameters()}
    return certify.differs(student, Setting(name, certify.plan(size), 5, "cpu", 30.0), reading, shapes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [certify.PLAN.size, 128])
def test_the_reference_is_proved(name: str, size: int) -> None:
    """Loss, every gradient and a step are the same."""
    assert proved(name, size=size) == ""


@pytest.mark.parametrize("name", every(2, NAMES))
def test_pools_may_round_down(name: str) -> None:
    """Both are right, and differ at the sides of these pictures."""
    floors: tuple[Edit, ...] = tuple(
        (f"self.pool{n} = nn.MaxPool2d(2, 2, ceil_mode=True)", f"self.pool{n} = nn.MaxPool2d(2, 2)")
        for n in range(1, 6)
    )
    assert proved(name, *floors) == ""


def test_an_eighth_of_the_channels_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides have as few, of fc6 and fc7 here, and what differs still shows."""
    monkeypatch.setattr(narrow, "MANY", 24)
    assert proved("FCN8s") == proved("FCN8s", *DROPS) == ""
    half = ("h = self.upscore1(h)", "h = self.upscore1(h / 2 + h.detach() / 2)")
    assert proved("FCN8s", half) == "the gradient of conv1_1.weight differs"


@pytest.mark.parametrize("name", every(2, NAMES))
def test_dropout_may_drop_values(name: str) -> None:
    """Whether whole channels or single values are dropped is open in the assignment."""
    assert proved(name, *DROPS) == ""


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (("self.drop7 = nn.Dropout2d(0.5)", "self.drop7 = nn.Dropout2d(0.4)"), "its loss in train mode"),
        (("h = self.upscore1(h)", "h = self.upscore1(h.detach())"), "the gradient of conv1_1.weight"),
        (
            ("h = self.upscore1(h)", "h = self.upscore1(h / 2 + h.detach() / 2)"),
            "the gradient of conv1_1.weight",
        ),
        (("31:31 + x.size(2), 31:31", "30:30 + x.size(2), 31:31"), "what it predicts"),
    ],
)
def test_another_network_is_not(edit: Edit, what: str) -> None:
    """What differs is said."""
    assert proved("FCN8s", edit) == f"{what} differs"


def test_a_change_to_the_other_network_is_none() -> None:
    """Each network is proved for itself."""
    assert proved("FCN8s", ("19:19 + x.size(2), 19:19", "18:18 + x.size(2), 19:19")) == ""


def test_other_parameters_are_not_compared() -> None:
    """Without a bias there is nothing to draw alike."""
    edit = ("self.score = nn.Conv2d(24, n_class, 1)", "self.score = nn.Conv2d(24, n_class, 1, bias=False)")
    assert proved("FCN8s", edit) == "it has not the reference's parameters"


def test_a_frozen_layer_is_not_proved() -> None:
    """A layer that can't learn has no gradient."""
    frozen = (
        "self.drop6 = nn.Dropout2d(0.5)",
        "self.fc6.weight.requires_grad = False; self.drop6 = nn.Dropout2d(0.5)",
    )
    assert proved("FCN8s", frozen) == "the gradient of fc6.weight differs"


def test_an_optimiser_that_is_another_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step that follows is compared too."""
    monkeypatch.setattr(trainer, "WEIGHT_DECAY", 0.5)
    assert proved("FCN8s") == ""  # both sides have it
    monkeypatch.setattr(twin, "EPSILON", 10.0)
    assert proved("FCN8s") == "what it predicts after a step differs"


def test_values_beside_the_parameters_are_told() -> None:
    """A tensor that a network keeps may change from call to call."""
    line, begin = "self.drop6 = nn.Dropout2d(0.5)", "class Trunk(nn.Module):"
    used = "h = self.upscore1(h * F.dropout(self.kept, 0.01, True, True))"
    edits = (
        (line, f"self.kept = made(); {line}"),
        (begin, f"def made():\n    return torch.ones(1)\n\n{begin}"),
        ("h = self.upscore1(h)", used),
    )
    for training in (False, True):
        plain = trace_of(SOURCE, "FCN8s", training=training).output
        odd = trace_of(edited(*edits), "FCN8s", training=training).output
        assert plain is not None and certify.others(plain) == ()
        assert odd is not None and len(certify.others(odd)) == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_references_steps_are_the_references(name: str) -> None:
    """In either mode, whatever its layers are called."""
    for training in (False, True):
        output = trace_of(SOURCE, name, training=training).output
        assert output is not None
        assert certify.steps(reading_of(SOURCE, name), output) == ""


@pytest.mark.parametrize(
    "more", [" * F.relu(x[:, :1] - x[:, 1:2])", " + F.relu(F.relu(x[:, :1]) - 9e9)", " * 2"]
)
def test_steps_that_may_do_nothing_to_what_is_drawn_are_told(more: str) -> None:
    """A gate that opens for noise and closes for a picture is another step."""
    reading = reading_of(edited((LAST, LAST + more)), "FCN8s")
    assert "takes other steps" in certify.steps(reading, reading.output)


def test_what_is_right_at_one_size_alone_is_not_proved() -> None:
    """Arithmetic with a size is no condition: what is compared is as large as what is trained on."""
    edit = (LAST, LAST + " * max(0, min(1, 100 - x.size(2)))")
    assert certify.plan(128).size == certify.plan(0).size == 128
    assert (certify.plan(8).size, certify.plan(999).size) == (certify.PLAN.size, certify.LARGEST)
    assert proved("FCN8s", edit) == ""
    assert proved("FCN8s", edit, size=128) == "what it predicts differs"
