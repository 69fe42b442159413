from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from grader.records.reason import Place
from grader.reports import anchors


def test_a_line_of_a_cell_has_a_name_that_can_be_read() -> None:
    """A person may type it."""
    assert anchors.of_place(Place("cell 9", 42)) == "cell-9-42"
    assert anchors.of_output("cell 12") == "cell-12-output"


@given(st.text())
def test_no_word_of_a_student_is_in_an_anchor(label: str) -> None:
    """Whatever a file is called."""
    assert re.fullmatch(r"cell-[0-9]+|file-[0-9a-f]{10}", anchors.of_label(label))


def test_other_files_have_other_anchors() -> None:
    """A cell of another notebook is not one of this."""
    labels = ("cell 1", "b.ipynb cell 1", "cell 1.py", "net.py")

    assert len({anchors.of_label(label) for label in labels}) == len(labels)
