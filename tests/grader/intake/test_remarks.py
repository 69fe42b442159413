"""A TA is told what is odd about a submission."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.intake.remarks import _in_texts
from tests.grader.intake.a_submission import cell, of_cells

ALL = "class FCN32s: pass\nclass FCN8s: pass\ndef get_cls_pred(x): pass\ndef returnCAM(f, w, i): pass"


def test_nothing_odd_is_nothing_said(tmp_path: Path) -> None:
    """No noise."""
    assert of_cells(tmp_path, cell(ALL, execution_count=1), cell("x = 1", execution_count=2)).notes == ()


def test_missing_functions_are_named_with_what_looks_like_them(tmp_path: Path) -> None:
    """A name in other spelling is not the name that was asked for."""
    submission = of_cells(tmp_path, "class FCN_32S: pass", ALL.split("\n", 1)[1])

    assert submission.notes == (
        "FCN32s is not defined anywhere; FCN_32S looks like it, but the name must be FCN32s",
    )
    assert not submission.problem


def test_a_network_that_is_used_instead_of_the_graded_one_is_named(tmp_path: Path) -> None:
    """The one of the name counts all the same: a person may see what was meant."""
    used = of_cells(tmp_path / "used", ALL, "class FCN8s_v2: pass", "model = FCN8s_v2()")

    assert used.notes == (
        "FCN8s_v2 (cell 2, line 1) is what the notebook uses, FCN8s (cell 1, line 2) is used nowhere; "
        "FCN8s is graded",
    )


@pytest.mark.parametrize(
    ("other", "uses"),
    [
        ("class FCN8s_v2(FCN8s): pass", "model = FCN8s_v2()"),
        ("class FCN8s_v2: pass", "FCN8s_v2, FCN8s()"),
        ("class FCN8s_v2: pass", "model = FCN8s()"),
        ("class FCN8s_v2: pass", "x = 1"),
        ("class FCN8s_v2: pass", "model = FCN8s_v2() if old else globals()['FCN8s']()"),
    ],
)
def test_a_network_beside_one_that_is_used_is_nothing_odd(tmp_path: Path, other: str, uses: str) -> None:
    """It may be made of it, or be tried beside it."""
    assert of_cells(tmp_path, ALL, other, uses).notes == ()


def test_a_definition_that_does_not_parse_is_named(tmp_path: Path) -> None:
    """The version above it counts, which would else be a riddle."""
    submission = of_cells(tmp_path, ALL, "x = 1\nclass FCN8s:\n    def f(self)\n        pass")

    assert submission.notes == (
        "cell 2, line 2: FCN8s does not parse: expected ':' (line 3); this version does not count",
    )
    assert submission.slice.targets["FCN8s"] == "submission"


def test_cells_run_in_another_order_are_noted_once(tmp_path: Path) -> None:
    """With the first pair that shows it."""
    counts = [1, None, 5, 3, 2]
    cells = [cell(ALL if n == 0 else "x = 1", execution_count=count) for n, count in enumerate(counts)]

    assert of_cells(tmp_path, *cells).notes == (
        "the cells were not run from top to bottom: cell 4 ran as [3], cell 3 above it as [5]; "
        "they are graded in the order they stand",
    )


def test_a_text_that_is_no_text_is_read() -> None:
    """Half a pair of surrogates may stand in code as an escape."""
    assert _in_texts(ast.parse(r"names = ['\ud800', 'FCN8s_v2']").body[0]) == {"FCN8s_v2"}
