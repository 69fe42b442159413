"""The line that takes a step is found by what it does, whatever its names."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from grader.mending.stepping import STEPS, chooses, step
from grader.records.submission import Chunk, Module, Slice
from tests.grader.mending.a_map import MAP, PREDICT, SUM

ONE = MAP.replace(SUM, "    cam = features[0, idx]\n").replace("    features *= 0\n", "")  # no sum at all
NETWORK = dedent("""\
    class FCN8s(nn.Module):
        def __init__(self):
            self.a = nn.Conv2d(3, 64, 3)
            self.a.weight.data.zero_()

        def forward(self, x):
            self.last = x
            h = self.a(x)
            h = h.detach()
            return h
""")
NO_GRAD = NETWORK.replace("h.detach()", "h").replace("    def for", "    @torch.no_grad()\n    def for")
SPOILT = NETWORK.replace("forward", "copy_vgg").replace("h = h.detach()", "x[0].weight.mul_(2)")


@pytest.mark.parametrize(
    ("source", "name", "check", "code"),
    [
        (MAP, "heat", "class_weights", "row = rows[idx]"),
        (MAP, "heat", "weighted_sum", "row @ features"),
        (ONE, "heat", "weighted_sum", "cam = features[0, idx]"),
        (MAP, "heat", "normalise", "cam - cam.min()"),
        (MAP, "heat", "dtype", "np.uint8"),
        (MAP, "heat", "inputs_kept", "features *= 0"),
        (MAP, "heat", "shape", "cv2.resize"),
        (PREDICT, "best", "cls_probability", "softmax"),
        (PREDICT, "best", "cls_index", "argmax"),
        (PREDICT, "best", "cls_name", "print"),
        (PREDICT, "best", "cls_return", "return top"),
        (NETWORK, "FCN8s", "gradients", "h.detach()"),
        (NETWORK, "FCN8s", "determinism", "self.last = x"),
        (NO_GRAD, "FCN8s", "gradients", "@torch.no_grad()"),
        (SPOILT, "FCN8s", "copy_source", "mul_"),
    ],
)
def test_a_step_is_at_the_line_that_takes_it(source: str, name: str, check: str, code: str) -> None:
    """In the graded function, or in a network's forward pass."""
    line = step(ast.parse(source), name, check)

    assert line is not None
    assert code in source.splitlines()[line - 1]


@pytest.mark.parametrize(
    "change",
    [
        "view = features.squeeze()[0]; view *= 0",
        "view = np.reshape(features, -1); view[3] = 0",
        "features[0] = 0",
        "features -= 1",
        "np.subtract(features, 1, out=features)",
        "features.sort()",
    ],
)
def test_whatever_changes_an_argument_is_found(change: str) -> None:
    """In all the ways in which arrays are changed in place."""
    source = MAP.replace("features *= 0", change)

    line = step(ast.parse(source), "heat", "inputs_kept")

    assert line is not None
    assert change in source.splitlines()[line - 1]


def test_what_is_frozen_is_found_in_any_method() -> None:
    """And what the constructor does with its own data is not what cuts a gradient."""
    source = NETWORK.replace("h = h.detach()", "pass").replace(
        "self.a.weight.data.zero_()", "self.a.weight.requires_grad = False"
    )

    line = step(ast.parse(source), "FCN8s", "gradients")

    assert line is not None
    assert "requires_grad" in source.splitlines()[line - 1]


def test_a_step_that_nobody_takes_has_no_line() -> None:
    """The definition's own line is told then."""
    assert step(ast.parse("def heat(a, b, c):\n    return a"), "heat", "normalise") is None
    assert step(ast.parse(MAP), "heat", "no such line") is None
    assert all(STEPS.values())


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("w = weight_fc[idx]", True),
        ("k = int(idx); w = weight_fc[k].reshape(512)", True),
        ("w = np.take(weight_fc, idx, axis=0)", True),
        ("cam = (weight_fc @ f)[idx]", True),
        ("cam = magic(feature_conv, weight_fc, idx)", False),
        ("w = weight_fc[0]  # weight_fc[idx]", False),
        ("for i in idx:\n        cam = weight_fc[i] @ feature_conv", True),
        ("cams = [weight_fc[int(i)] @ feature_conv for _, i in enumerate(idx)]", True),
        ("for c in range(512):\n        cam = weight_fc[c] @ feature_conv", False),
    ],
)
def test_a_class_is_chosen_by_the_last_argument(line: str, wanted: bool) -> None:
    """Whatever it is then called, and whatever it is taken from."""
    source = f"def returnCAM(feature_conv, weight_fc, idx):\n    {line}"
    assert chooses(Slice((Module("submission", (Chunk("cell 1", 1, source),)),)), "returnCAM") == wanted
