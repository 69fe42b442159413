"""A class is not graded as one submission, and one submission is not taken for a class."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.looks import refuse_a_class
from grader.errors import CallError

NOTEBOOK = '{"cells": [{"source": ["class FCN32s(nn.Module):"]}]}'


def write(folder: Path, names: str) -> Path:
    for name in names.split():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NOTEBOOK if name.endswith(".ipynb") else "x")
    return folder


@pytest.mark.parametrize(
    "names",
    [
        "alice.zip bob.zip",
        "alice/a3.ipynb bob/a3.ipynb carol.zip",
        "alice.ipynb bob.ipynb",
        "alice.ipynb bob.ipynb carol.zip",
        "submission_1/a.ipynb submission_metadata.yml",
        "doejane_1_2_a.ipynb roejohn_2_3_a.ipynb",
        "Jane_1_assignsubmission_file_/a.ipynb",
        "export/submission_1/a.ipynb export/submission_metadata.yml",
    ],
)
def test_a_class_is_refused(tmp_path: Path, names: str) -> None:
    """And the word for it is told."""
    with pytest.raises(CallError, match=r"looks like a class .*`class "):
        refuse_a_class(write(tmp_path, names))


@pytest.mark.parametrize(
    "names",
    [
        "assignment3.ipynb FCN/trainer.py CAM/resnet.py files/bike.jpg",
        "assignment3.ipynb assignment3-Copy1.ipynb",
        "wrapper/assignment3.ipynb wrapper/FCN/x.py",
        "assignment3.ipynb data.zip more.zip",
        "one.zip",
        "fcn32s.py fcn8s.py cam.py",
        "part1/a.ipynb part2/readme.txt",
        "",
    ],
)
def test_a_submission_is_not(tmp_path: Path, names: str) -> None:
    """Nor is a single file."""
    refuse_a_class(write(tmp_path, names))
    refuse_a_class(tmp_path / "x.ipynb")
