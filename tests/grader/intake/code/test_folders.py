"""Folders that code imports from."""

from __future__ import annotations

import pytest

from grader.intake.code.folders import folders
from grader.intake.code.statements import Source


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("import sys\nsys.path.append('src')", "src"),
        ("import sys, os\nsys.path.insert(0, os.path.join(os.getcwd(), 'a', 'b'))", "a/b"),
        ("import os\nos.chdir('/content/drive/MyDrive/hw3')", "hw3"),
        ("%cd ./src", "src"),
    ],
)
def test_folders_are_found(text: str, folder: str) -> None:
    """Of long paths also the ends."""
    assert folder in folders([Source("cell 1", text)])


def test_other_texts_are_no_folders() -> None:
    """Nothing is taken from what adds none."""
    assert folders([Source("cell 1", "path = 'src'\nprint('chdir', path)")]) == []
