"""What a cell printed is read as it was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.intake.claims.outputs import LONGEST, printed
from grader.intake.files.notebook import Cell
from tests.grader.intake.a_submission import cell, of_cells


def stream(text: object, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def text(*outputs: dict[str, Any]) -> str:
    return printed(Cell("cell 1", "code", "", outputs))


def test_streams_that_were_cut_apart_are_joined() -> None:
    """Progress bars on the other stream come between."""
    assert (
        text(stream("Epoch Lo"), stream("50%|", "stderr"), stream(["ss: 1", "\nx"]))
        == "Epoch Loss: 1\nx\n50%|"
    )


def test_colours_and_progress_are_taken_out() -> None:
    """A carriage return begins the line anew."""
    assert text(stream("\x1b[1;31mred\x1b[0m\rnext \x1b]0;title\x07ab\x08c")) == "red\nnext ac"


def test_results_count_as_printed() -> None:
    """The text of a value, not its other forms."""
    result = {"output_type": "execute_result", "data": {"text/plain": ["0.5"], "text/html": "<b>"}}

    assert text(stream("a"), result, {"output_type": "display_data", "data": {"image/png": "x"}}).split() == [
        "a",
        "0.5",
    ]


def test_floods_keep_their_beginning_and_end() -> None:
    """The end holds the test result."""
    found = text(stream("begin" + "x" * 5 * LONGEST + "end"))

    assert len(found) <= 2 * LONGEST + 1
    assert found.startswith("begin")
    assert found.endswith("end")


@pytest.mark.parametrize(
    "output",
    [{}, {"output_type": "stream"}, stream(3), stream([1, None]), {"data": []}, {"data": {"text/plain": {}}}],
)
def test_outputs_of_any_shape_are_harmless(output: dict[str, Any]) -> None:
    """They print nothing."""
    assert text(output).strip() == ""


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    """The log at the end of endless output counts; a note says that its middle was left out."""
    log = "Init Model\nTest Acc: 0.7, Test Mean IoU: 0.4\n"
    output = {"output_type": "stream", "name": "stdout", "text": "x\n" * LONGEST + "y\n" * LONGEST + log}
    submission = of_cells(tmp_path, cell("FCN8s()", outputs=[output]))

    assert [run.test_mean_iou for run in submission.saved.runs] == [0.4]
    assert [note for note in submission.notes if "were read" in note] == [
        "cell 1 printed 4.0 million characters: of its logs the first and the last million were read"
    ]


def test_what_a_page_shows_alone_is_its_text() -> None:
    """Markdown and HTML that code displayed, without tags."""
    shown = {"text/plain": "<IPython.core.display.HTML object>", "text/html": ["<b>0.370</b>", " tabby"]}

    assert text({"output_type": "display_data", "data": shown}).strip() == "0.370 tabby"
