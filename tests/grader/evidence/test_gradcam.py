"""Grad-CAM: right ways keep everything, a wrong step is named and costs its own line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.checks import form, gradcam
from grader.errors import Blocked, Fault, StudentRaised
from grader.evidence.gradcam import GradEvidence
from grader.profiles.profile import MapForm
from reference import kit
from tests.grader.in_process import InProcess
from tests.grader.slim import Edit, edited
from tests.share import every, rows

SOURCE = """\
import cv2
import numpy as np
import torch

def gradCAM(net, img, idx):
    logits, features = net(img)
    score = logits[0, idx].sum()
    (grads,) = torch.autograd.grad(score, features)
    weights = grads.mean(dim=(2, 3), keepdim=True)
    cam = (weights * features).sum(dim=1)[0]
    cam = torch.relu(cam)
    cam = cam.detach().numpy()
    cam = cam - cam.min()
    cam = np.uint8(255 * cam / cam.max())
    return cv2.resize(cam, (256, 256))
"""
HOOKS = """\
import cv2
import numpy as np
import torch
from tests.share import rows

def gradCAM(net, img, idx):
    seen = {}
    def keep(module, inputs, output):
        seen["features"] = output
        output.register_hook(lambda grad: seen.update(grads=grad))
    handle = net.layer4.register_forward_hook(keep)
    net.zero_grad()
    logits, _ = net(img)
    logits[0, int(idx)].backward()
    handle.remove()
    weights = seen["grads"][0].mean(dim=(1, 2))
    cam = torch.einsum("c,chw->hw", weights, seen["features"][0]).clamp(min=0).detach()
    cam = torch.nn.functional.interpolate(cam[None, None], (256, 256), mode="bilinear")[0, 0]
    return (255 * cam / cam.max()).numpy().astype(np.uint8)
"""
CHECKS: dict[str, Callable[[GradEvidence], None]] = {
    "shape": form.check_shape,
    "dtype": form.check_dtype,
    "weighted_sum": gradcam.check_weighted_sum,
    "class_logit": gradcam.check_class_logit,
    "layer": gradcam.check_layer,
    "averaged": gradcam.check_averaged,
    "relu": gradcam.check_relu,
    "normalise": gradcam.check_normalise,
}


@pytest.fixture(autouse=True)
def _the_kit_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(kit.__file__).parent))


def lost(*edits: Edit, source: str = SOURCE, asked: MapForm | None = None, seed: int = 8) -> dict[str, str]:
    """The lines that a gradCAM loses, each with what is said; blocked ones are left out."""
    found = GradEvidence(InProcess(edited(*edits, source=source)), seed, asked or MapForm())
    said = {}
    for line, check in CHECKS.items():
        try:
            check(found)
        except Fault as fault:
            said[line] = str(fault.reason)
        except Blocked:
            pass
    return said


@pytest.mark.parametrize("source", every(2, [HOOKS, SOURCE], ids=["hooks", "autograd"]))
def test_a_right_one_keeps_everything(source: str) -> None:
    """By autograd or by hooks, enlarged before or after it is made bytes, by OpenCV or by torch."""
    assert lost(source=source) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "line", "words"),
    rows(15, [
        (("    cam = torch.relu(cam)\n", ""), "relu", "the ReLU is missing"),
        (("torch.relu(cam)", "cam.abs()"), "relu", "absolute value is taken"),
        (("grads.mean(dim=(2, 3), keepdim=True)", "grads"), "averaged", "weighed by its own gradient"),
        (("grads.mean(", "grads.abs().mean("), "averaged", "absolute values are averaged"),
        (("logits[0, idx]", "logits.max()"), "class_logit", "the most probable class, whichever"),
        (("logits[0, idx]", "logits[0, 0]"), "class_logit", "class 0, whichever"),
        (("logits[0, idx]", "logits"), "class_logit", "the sum over all classes"),
        (("logits[0, idx]", "logits.softmax(1)[0, idx]"), "class_logit", "softmax probability"),
        (("logits[0, idx]", "-logits.log_softmax(1)[0, idx]"), "class_logit", "a loss"),
        (("weights * features", "net.fc.weight[idx].reshape(1, -1, 1, 1) * features"), "weighted_sum",
         "no gradient is taken"),
        (("weights * features", "features"), "weighted_sum", "averaged without weights"),
        (("np.uint8(255 * cam / cam.max())", "np.uint8(cam / cam.max())"), "normalise", "normalisation"),
        (("np.uint8(255 * cam / cam.max())", "255 * cam / cam.max()"), "dtype", "it must be uint8"),
        (("(256, 256)", "(224, 224)"), "shape", "(224, 224), it must be (256, 256)"),
    ]),
)  # fmt: skip
def test_a_wrong_step_costs_its_own_line(edit: Edit, line: str, words: str) -> None:
    """And is named."""
    found = lost(edit)

    assert list(found) == [line]
    assert words in found[line]


@pytest.mark.slow
def test_another_layer_costs_its_line() -> None:
    """Features and gradients of layer3, by hooks."""
    found = lost(("net.layer4", "net.layer3"), source=HOOKS)

    assert list(found) == ["layer"] and "layer3" in found["layer"]


@pytest.mark.slow
def test_two_wrong_steps_are_both_named() -> None:
    """Each in its line."""
    found = lost(("    cam = torch.relu(cam)\n", ""), ("logits[0, idx]", "logits[0, 0]"))

    assert set(found) == {"relu", "class_logit"}


@pytest.mark.slow
def test_what_nothing_explains_is_said_so() -> None:
    """A map of noise."""
    found = lost(("torch.relu(cam)", "torch.rand(7, 7)"))

    assert list(found) == ["weighted_sum"] and "in any known way" in found["weighted_sum"]


@pytest.mark.slow
def test_the_form_is_the_years() -> None:
    """As for class activation maps."""
    edits = ("return cv2.resize(cam, (256, 256))", "return [cv2.resize(cam, (224, 224))]")

    assert lost(edits, asked=MapForm((224, 224), "list")) == {}


def test_what_it_raises_is_told_where_it_is_asked_first() -> None:
    """The other lines are blocked."""
    found = GradEvidence(InProcess(SOURCE.replace("net(img)", "net(nothing)")), 8)

    with pytest.raises(StudentRaised, match="nothing"):
        gradcam.check_weighted_sum(found)
    with pytest.raises(Blocked, match=r"see gradcam\.weighted_sum"):
        gradcam.check_relu(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_right_one_is_right_whatever_is_drawn(seed: int) -> None:
    """And the class that is asked for is neither the best nor the first."""
    assert lost(seed=seed) == {}
    for question in GradEvidence(InProcess(SOURCE), seed).questions:
        assert question.index not in (0, int(question.outputs["logits"].argmax()))
