"""FCN-16s is judged as the others are, from its table of layers."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from grader import profiles
from grader.checks import fcn, fcn16s
from grader.checks.conftest import lines_without_function
from grader.errors import Blocked, Fault
from grader.evidence.model import ModelEvidence
from grader.evidence.subject import Subject
from tests.grader.in_process import InProcess
from tests.grader.slim import SLIM, Edit, edited
from tests.share import rows

PART = "fcn16s"
RUBRIC = profiles.everything().rubric
CHECKS: dict[str, Any] = {
    name.removeprefix("check_"): check
    for name, check in vars(fcn16s).items()
    if name.startswith("check_") and not re.search("reported|training|line$", name)
}
CROP = "return h[:, :, 27:27 + x.size(2), 27:27 + x.size(3)]"
SKIP = "s[:, :, 5:, 5:][:, :, :h.size(2), :h.size(3)]"


def lost(*edits: Edit) -> dict[str, str]:
    """The lines that a submission loses, each with what is said."""
    network = ModelEvidence(Subject(InProcess(edited(*edits)), SLIM["FCN16s"], 5), {})
    case: Any = SimpleNamespace(profile=profiles.everything())
    found = {}
    for line in (*CHECKS, *lines_without_function(RUBRIC, PART, vars(fcn16s))):
        try:
            if line in CHECKS:
                wants = CHECKS[line].__code__.co_argcount
                CHECKS[line](*(network, case)[:wants])
            else:
                fcn.check_line(network, line)  # type: ignore[arg-type]
        except Fault as fault:
            found[line] = str(fault.reason)
        except Blocked:
            pass
    return found


@pytest.mark.slow
def test_a_right_one_keeps_everything() -> None:
    """Whatever its layers are called."""
    assert lost() == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "line", "words"),
    rows(
        6,
        [
            ((CROP, CROP.replace("27:27", "26:26")), "crop", "the crop starts at 26, it must start at 27"),
            (
                (SKIP, SKIP.replace("5:, 5:", "4:, 4:")),
                "skip_crops",
                "the pool4 skip's crop starts at 4, it",
            ),
            ((f"h + {SKIP}", f"h - {SKIP}"), "skips", "the pool4 skip is subtracted, it must be added"),
            ((f"h + {SKIP}", "h"), "skips", "the pool4 skip is"),
            (("32, stride=16, bias=False", "32, stride=16"), "upscores", "upscore2: bias True"),
            (("self.up_two.weight.data.copy_(bilinear(n_class, 4))", "pass"), "bilinear", "upscore1"),
        ],
    ),
)
def test_a_fault_costs_its_own_line(edit: Edit, line: str, words: str) -> None:
    """And is named."""
    found = lost(edit)

    assert list(found) == [line] or (line == "skips" and set(found) <= {"skips", "score_pools", "gradients"})
    assert words in found[line]
