"""The likeliest of several files is graded."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read
from tests.grader.intake.a_submission import cell, folder, ipynb

FCN = "class FCN32s:\n    a = 1\n    b = 2\nclass FCN8s:\n    a = 1\n"
CAM = "def get_cls_pred(logit):\n    return 1\ndef returnCAM(f, w, i):\n    return f\n"
BLANK = "class FCN32s: pass\nclass FCN8s: pass\ndef get_cls_pred(x): pass\ndef returnCAM(f, w, i): pass\n"
SHOWN = cell("1", outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}])

CHOICES: dict[str, tuple[dict[str, bytes | str], str]] = {
    "the one that defines most": ({"a.ipynb": ipynb(FCN), "b.ipynb": ipynb(FCN, CAM)}, "b.ipynb"),
    "the filled one, not the template": ({"a.ipynb": ipynb(FCN, CAM), "b.ipynb": ipynb(BLANK, SHOWN)}, "a.ipynb"),
    "the one that was run": ({"a.ipynb": ipynb(FCN, CAM, SHOWN), "b.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "the original, not the copy": ({"a.ipynb": ipynb(FCN, CAM), "a-Copy1.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "the final one, not the first": (
        {"hw_v1.ipynb": ipynb(FCN, CAM), "hw_final.ipynb": ipynb(FCN, CAM)}, "hw_final.ipynb",
    ),
    "the longer, though it trains from scratch": (
        {"fcn_from_scratch.ipynb": ipynb(FCN, CAM, "x = 1"), "fcn_b.ipynb": ipynb(FCN, CAM)},
        "fcn_from_scratch.ipynb",
    ),
    "not the old one": ({"hw_old.ipynb": ipynb(FCN, CAM), "hw.ipynb": ipynb(FCN, CAM)}, "hw.ipynb"),
    "not the one in the trash": (
        {"trash/a.ipynb": ipynb(FCN, CAM), "final/a.ipynb": ipynb(FCN, CAM), "archive/a.ipynb": ipynb(FCN, CAM)},
        "final/a.ipynb",
    ),
    "the highest number": ({"hw_9.ipynb": ipynb(FCN, CAM), "hw_10.ipynb": ipynb(FCN, CAM)}, "hw_10.ipynb"),
    "the notebook, not the script": ({"z.py": FCN + CAM, "a.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "the notebook that imports, not the module": (
        {"models.py": FCN + CAM, "a.ipynb": ipynb("from models import *")}, "a.ipynb",
    ),
    "the script, where no notebook defines anything": ({"z.py": FCN + CAM, "a.ipynb": ipynb("x = 1")}, "z.py"),
    "the upper one": ({"a.ipynb": ipynb(FCN, CAM), "old/kit/a.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "any, where none defines anything": ({"a.ipynb": ipynb("x = 1")}, "a.ipynb"),
}  # fmt: skip


@pytest.mark.parametrize("choice", CHOICES)
def test_the_likeliest_file_is_graded(choice: str, tmp_path: Path) -> None:
    """Whatever their names."""
    files, expected = CHOICES[choice]

    assert read(folder(tmp_path / "s", files)).source == expected
