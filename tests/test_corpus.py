"""The corpus is what it says: edits fit, styles behave like the correct notebook, mistakes do not."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
import torch

from fixtures.corpus.case import Case, Edited, Mistake, Style, correct, notebook_of
from fixtures.corpus.mistakes import MISTAKES
from fixtures.corpus.proof import doubt
from fixtures.corpus.styles import STYLES
from fixtures.corpus.superposed import SUPERPOSED
from fixtures.edits import EditError
from grader import profiles
from tests.share import every

LINES = set(profiles.load().lines)
STEP = 1 if os.environ.get("ALL_CASES") else 12  # `make corpus` proves them all before it grades them


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


EDITED: tuple[Edited, ...] = (*STYLES, *MISTAKES, *SUPERPOSED[::STEP])


parse = cache(ast.parse)  # most cells are the base's in every case


def _names(cases: Iterable[Case]) -> list[str]:
    return [case.name for case in cases]


def test_corpus_is_as_large_as_promised() -> None:
    """There are at least 100 mistakes and 40 styles, each under a name of its own."""
    names = Counter(_names((*STYLES, *MISTAKES, *SUPERPOSED)))

    assert len(MISTAKES) >= 450 and len(STYLES) >= 260
    assert [name for name, times in names.items() if times > 1] == []


def test_mistakes_are_fully_described() -> None:
    """Their lines are in the rubric, each once, words are there, and what is tolerated has a reason."""
    for mistake in MISTAKES:
        assert set(mistake.lines) <= LINES, mistake.name
        assert len(set(mistake.lines)) == len(mistake.lines), mistake.name
        assert mistake.loses or mistake.either, mistake.name
        assert all(mistake.says), mistake.name
        assert bool(mistake.may) == bool(mistake.reason), mistake.name


@pytest.mark.parametrize("case", every(12, EDITED, _names(EDITED)))
def test_edits_fit(case: Edited) -> None:
    """Every edit finds what it changes, and mistakes that can be observed leave Python behind."""
    notebook = notebook_of(case)

    for cell in notebook:
        if case.faults and case.observable and cell.kind == "code":
            parse(cell.source)


@pytest.mark.parametrize("part", ["fcn32s", "fcn8s", "cam"])
def test_mistake_of_one_part_changes_cells_of_that_part_alone(part: str) -> None:
    """So that what another part loses can only be the grader's doing."""
    own = {
        "fcn32s": {"fcn32s", "train_scratch", "train_pretrained", "show_scratch", "show_pretrained"},
        "fcn8s": {"fcn8s", "train_fcn8s", "show_fcn8s"},
        "cam": {"cam", "last"},
    }[part]
    for mistake in MISTAKES:
        if mistake.parts == (part,):
            changed = {cell.name for cell in set(notebook_of(mistake)) ^ set(correct())}

            assert changed <= own, mistake.name


def test_every_line_of_the_rubric_has_a_mistake() -> None:
    """But for training runs and answers, which no edit of a notebook can lose."""
    about = {line for mistake in MISTAKES for line in mistake.lines}
    open_lines = {
        line for line in LINES - about if not line.partition(".")[2].startswith(("training", "question"))
    }

    assert open_lines == set()


@pytest.mark.parametrize("mistake", every(6, MISTAKES[::STEP], _names(MISTAKES[::STEP])))
def test_mistake_changes_behaviour(mistake: Mistake) -> None:
    """Something that can be observed differs from the correct notebook."""
    assert doubt(mistake) == ""


@pytest.mark.parametrize("style", every(8, STYLES[::STEP], _names(STYLES[::STEP])))
def test_style_behaves_like_the_correct_notebook(style: Style) -> None:
    """Shapes, values, gradients, copying, prints and maps are the same."""
    assert doubt(style) == ""


def test_proof_sees_a_style_that_is_none() -> None:
    """A style that crops elsewhere is found out."""
    crop = next(mistake for mistake in MISTAKES if mistake.name == "fcn32s.crop_from_18_18")

    assert "fcn32s.eval" in doubt(Style("no style", crop.edits))


def test_proof_sees_a_mistake_that_is_none() -> None:
    """An edit of a comment is found out."""
    comment = next(style for style in STYLES if style.name == "no_markers")

    assert doubt(Mistake("none", comment.edits, ("fcn32s.crop",), ("crop",))) != ""


@pytest.mark.parametrize("style", every(12, STYLES, _names(STYLES)))
def test_style_can_be_packed(style: Style, tmp_path: Path) -> None:
    """What the grader is given exists, and lies where it was asked for."""
    path = style.layout(notebook_of(style), style.files, tmp_path, "sample")

    assert path.exists() and path.parent == tmp_path


def test_edit_that_does_not_fit_is_refused() -> None:
    """The base notebook can't change under the corpus unseen."""
    from fixtures.edits import replace

    with pytest.raises(EditError, match="stands there 1 times, not 2"):
        notebook_of(Mistake("x", (replace("fcn32s", "padding=100", "padding=1", 2),), (), ()))
