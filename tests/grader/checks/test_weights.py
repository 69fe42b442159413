"""What a course year says of the transposed convolutions: they learn, may be frozen, or must be."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from grader import profiles
from grader.checks.weights import _told, check_bilinear, check_gradients
from grader.errors import Fault
from grader.evidence.model import ModelEvidence
from grader.evidence.subject import Subject
from tests.grader.in_process import InProcess
from tests.grader.slim import SLIM, Edit, edited
from tests.share import rows

MADE = "self.upscore.weight.data.copy_(bilinear(n_class, 64))"
FROZEN: Edit = (MADE, f"{MADE}\n        self.upscore.weight.requires_grad = False")
CUT: Edit = ("h = self.upscore(h)\n", "h = self.upscore(h.detach())\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "upsampling", "cause"),
    rows(
        4,
        [
            ([], "learned", ""),
            ([], "either", ""),
            ([], "fixed", "gradients.free"),
            ([FROZEN], "learned", "gradients.frozen"),
            ([FROZEN], "either", ""),
            ([FROZEN], "fixed", ""),
            ([FROZEN, CUT], "fixed", "gradients.cut"),
        ],
    ),
)
def test_the_year_says_whether_the_upsampling_learns(edits: list[Edit], upsampling: str, cause: str) -> None:
    """Whatever it says, a gradient must reach all other layers."""
    network = ModelEvidence(Subject(InProcess(edited(*edits)), SLIM["FCN32s"], 3), {})
    case: Any = SimpleNamespace(profile=replace(profiles.load(), upsampling=upsampling))
    found = ""
    try:
        check_gradients(network, case)
    except Fault as fault:
        assert fault.reason.cause is not None
        found = fault.reason.cause.id

    assert found == cause


@pytest.mark.slow
def test_a_layer_in_groups_has_no_kernel_to_start_with() -> None:
    """Its groups are a fault of their own."""
    made = "self.upscore = nn.ConvTranspose2d(n_class, n_class, 64, stride=32, bias=False"
    source = edited((made, f"{made}, groups=n_class"), (MADE, "pass"))

    check_bilinear(ModelEvidence(Subject(InProcess(source), SLIM["FCN32s"], 3), {}))


def test_kernels_that_are_made_otherwise_are_told_apart() -> None:
    """What is true of one layer is said of no other."""
    ways = {"upscore1": "a", "upscore2": "a", "upscore3": "b"}

    assert _told(ways) == "a (upscore1, upscore2); b (upscore3)"
    assert _told(dict.fromkeys(ways, "a")) == "a"
    assert _told({"upscore1": "a", "upscore3": ""}) == "a"
