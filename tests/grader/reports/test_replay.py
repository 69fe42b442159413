"""A replay shows a fault without the grader: a right program prints ok, a wrong one what differs."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace

import numpy as np
import pytest

from grader import profiles
from grader.diagnosis.payers import STOPPED
from grader.records.grade import CheckResult, Grade, Outcome
from grader.records.reason import Reason
from grader.reports.replay import GRAD_MAPS, LAYERS, MAPS, SCRIPTS, named, render
from grader.scoring import score
from tests.grader.a_class import graded
from tests.grader.evidence.test_gradcam import SOURCE as GRADCAM_SOURCE
from tests.grader.slim import SOURCE, edited

MAPS_SOURCE = """
import cv2

def get_cls_pred(logit):
    return torch.softmax(logit, 1).argmax(1)

def returnCAM(feature_conv, weight_fc, idx):
    heat = np.tensordot(weight_fc[int(idx)], feature_conv[0], 1)
    heat = (heat - heat.min()) / (heat.max() - heat.min())
    return cv2.resize(np.uint8(255 * heat), (256, 256))
"""
NETWORK_LINES = [f"fcn32s.{name}" for name, code in SCRIPTS.items() if code is not LAYERS]
LINES = [*NETWORK_LINES, "fcn8s.crop", "fcn8s.bilinear", *(f"cam.{name}" for name in MAPS)]


def lost(*lines: str) -> Grade:
    """A grade in which these lines were lost."""
    reason = '{} is wrong\nimport os"""\''
    results = {line: CheckResult(line, Outcome.FAILED, Reason(reason.format(line))) for line in lines}
    parts, checks = score(profiles.load().rubric, results)
    return replace(graded("alice"), parts=parts, checks=checks)


def ran(source: str, *lines: str) -> str:
    """What the replay of these lines prints below a student's code."""
    script, said = render(lost(*lines)), io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(source + MAPS_SOURCE + script, "notebook", "exec"), {"__name__": "notebook", "np": np})
    return said.getvalue()


def test_a_right_program_differs_nowhere() -> None:
    """Whatever is replayed."""
    said = ran(SOURCE, *LINES)

    assert "DIFFERS" not in said and said.count(": ok, expected") >= len(LINES)


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("fcn32s.crop", "19:19 + x.size(2)", "18:18 + x.size(2)"),
        ("fcn32s.shape", "19:19 + x.size(2)", "19:18 + x.size(2)"),
        ("fcn32s.bilinear", "self.upscore.weight.data.copy_(bilinear(n_class, 64))", "pass"),
        ("fcn32s.logits", "19:19 + x.size(3)]", "19:19 + x.size(3)].softmax(1)"),
        ("fcn32s.determinism", "h = self.upscore(h)\n", "h = self.upscore(F.dropout(h))\n"),
        ("fcn32s.gradients", "h = self.upscore(h)\n", "h = self.upscore(h.detach())\n"),
    ],
)
def test_a_wrong_program_differs(line: str, old: str, new: str) -> None:
    """In the very thing that was lost."""
    assert "DIFFERS" in ran(edited((old, new)), line)


def test_layers_are_printed_as_they_were_made() -> None:
    """To be compared with the handout."""
    made = "conv1_1 Conv2d(3, 2, kernel_size=(3, 3), stride=(1, 1), padding=(100, 100))"

    assert made in ran(SOURCE, "fcn32s.conv1")


def test_what_was_expected_of_a_layer_stands_above_them() -> None:
    """As far as the student may see it; texts stay texts."""
    grade = lost("fcn32s.conv1")
    told = [
        replace(one, reason=replace(one.reason, expected="padding '100'", actual="1")) for one in grade.checks
    ]

    assert "expected: padding '100'" in shown(render(replace(grade, checks=tuple(told))))
    assert "expected" not in shown(render(grade))


def shown(script: str) -> str:
    """What a script prints below right networks."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(SOURCE + script, "notebook", "exec"), {"__name__": "notebook"})
    return said.getvalue()


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("shape", "(256, 256)", "(224, 224)"),
        ("dtype", "np.uint8(255 * cam / cam.max())", "255 * cam / cam.max()"),
        ("normalise", "np.uint8(255 * cam / cam.max())", "np.uint8(cam / cam.max())"),
        ("weighted_sum", "weights * features", "-weights * features"),
        ("relu", "    cam = torch.relu(cam)\n", ""),
    ],
)
def test_grad_cam_is_shown_on_a_network_of_two_channels(line: str, old: str, new: str) -> None:
    """A right one differs nowhere, a wrong one in what was lost."""
    code = "def show(what, expected, found): assert expected == found, what\n" + named(GRAD_MAPS[line])
    exec(compile(GRADCAM_SOURCE + code, "notebook", "exec"), {"__name__": "notebook"})

    with pytest.raises(AssertionError):
        exec(
            compile(edited((old, new), source=GRADCAM_SOURCE) + code, "notebook", "exec"), {"__name__": "nb"}
        )


def test_what_a_student_wrote_is_text() -> None:
    """However many lines and quotes it had; and the reference's values stay out."""
    script = render(lost("fcn32s.crop"))

    compile(script, "replay", "exec")
    assert "fcn32s.crop is wrong import os" in script and "\nimport os" not in script
    assert "reference" not in script and "grader." not in script.replace("the grader", "")


def test_only_what_was_lost_is_shown() -> None:
    """And nothing is said where nothing can be."""
    assert "Nothing was lost" in render(lost()) and "Nothing was lost" in render(lost("fcn8s.copy_source"))
    assert "FCN8s(" not in render(lost("fcn32s.crop"))


def test_the_names_are_those_that_are_graded() -> None:
    """Scripts call the student's classes and functions."""
    code = "".join(map(named, (*MAPS.values(), *GRAD_MAPS.values())))

    assert all(name in code for name in STOPPED if not name.startswith("FCN"))
