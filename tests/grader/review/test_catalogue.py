"""A class is held lean, and read anew where it was graded anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.review_class import grade, write
from grader.errors import CallError
from grader.marks.about import about
from grader.records import saved
from grader.review.catalogue import KEPT, Catalogue


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("class") / "reports"
    write(out, KEPT + 3)
    return out


def test_lean_grades_say_the_same_of_every_line(out: Path) -> None:
    """They lack pictures and code only, so a mark is bound to the same."""
    catalogue = Catalogue(out)
    for piece in catalogue.pieces.values():
        whole = catalogue.whole(piece.key)

        assert not piece.grade.submission.texts and not piece.grade.submission.saved.figures[:0]
        assert whole.submission.texts and whole.submission.saved.figures[0].png
        assert [about(piece.grade, one) for one in piece.grade.checks] == [
            about(whole, one) for one in whole.checks
        ]
    assert len(catalogue._whole) == KEPT


def test_keys_tell_nobody_whose_it_is(out: Path) -> None:
    """And lead back."""
    catalogue = Catalogue(out)
    piece = catalogue.of("student0003")

    assert piece is not None and catalogue.pieces[piece.key] == piece
    assert "student" not in piece.key and piece.called == "Dana Brandt" and piece.sections == {"B"}
    assert catalogue.of("nobody") is None


def test_a_report_that_was_made_anew_is_read_anew(tmp_path: Path) -> None:
    """One that is being replaced, or is gone, stays as it was."""
    write(tmp_path / "r", 1)
    catalogue = Catalogue(tmp_path / "r")
    (key,) = catalogue.pieces
    assert not catalogue.refresh(key)
    saved.write(
        tmp_path / "r" / "student0000", saved.Saved(saved.Key("s", "g", "r", "o"), grade("student0000", 6))
    )

    assert catalogue.refresh(key)
    assert catalogue.whole(key).provenance.seed == 6
    (tmp_path / "r" / "student0000" / saved.FILE).unlink()
    assert not catalogue.refresh(key) and catalogue.pieces[key].grade.provenance.seed == 6


def test_a_folder_without_reports_is_told(tmp_path: Path) -> None:
    """Before a page is served."""
    with pytest.raises(CallError, match="no reports"):
        Catalogue(tmp_path)
