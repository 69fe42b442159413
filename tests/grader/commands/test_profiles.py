"""`profiles` lists every course year, and explains one or says all that is wrong with it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from grader import profiles
from grader.commands.profiles import explain, listing
from grader.errors import CallError


def text(shown: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    console.print(shown)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_profile_is_listed() -> None:
    """With its parts, and which is taken where none is named."""
    said = text(listing())

    assert all(name in said for name in profiles.names()) and "ece285 (default)" in said
    assert "29  Part 3: Questions" in said


@pytest.mark.parametrize("name", profiles.names())
def test_a_profile_is_explained_line_by_line(name: str) -> None:
    """Every line, and what follows from its settings."""
    said, profile = text(explain(name)), profiles.load(name)

    assert all(line.title in said and line.check in said for line in profile.rubric.lines)
    assert "100: FCN-32s is cropped from 19, FCN-8s is cropped from 31" in said
    assert ("answers_hw6.txt: Q1, Q2" in said) == (profile.claims is not None)


def test_a_year_of_ones_own_is_told_in_its_own_words(tmp_path: Path) -> None:
    """Names, classes, lateness."""
    path = tmp_path / "own.toml"
    path.write_text(
        'inherits = "ece285"\nn_class = 7\n[names]\nFCN8s = "Netz8"\n[late]\npercent_a_day = 10\n'
    )
    said = text(explain(str(path)))

    assert "FCN32s, Netz8" in said and "10 % a day, at most 100 %" in said


def test_what_a_figure_earns_is_told(tmp_path: Path) -> None:
    """Below its line, by training plan."""
    path = tmp_path / "own.toml"
    line = '{ check = "training_iou", slope = { smoke = [[0.1, 0], [0.2, 100]] } }'
    path.write_text(f'inherits = "ece285"\n[[part]]\nid = "fcn8s"\nlines = [{line}]\n')

    assert "by smoke: 0 % from 0.1, 100 % from 0.2 on a line between them" in text(explain(str(path)))


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    """As a wrong call."""
    (tmp_path / "own.toml").write_text("inherit = 3")

    with pytest.raises(
        CallError, match=r"own.toml, line 1: unknown key 'inherit' \(did you mean 'inherits'\?\)"
    ):
        explain(str(tmp_path / "own.toml"))
