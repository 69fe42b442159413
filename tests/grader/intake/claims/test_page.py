from __future__ import annotations

from grader.intake.claims.page import LONGEST_OUTPUT, LONGEST_TEXT, MOST, page
from grader.intake.files.notebook import Cell


def stream(text: str) -> tuple[dict[str, str], ...]:
    return ({"output_type": "stream", "name": "stdout", "text": text},)


def test_cells_stay_in_order_with_what_they_show() -> None:
    """Text as it is written; of code what it printed, without the terminal's commands."""
    cells = [Cell("cell 1", "markdown", "# Part 1"), Cell("cell 2", "code", "x = 1", stream("\x1b[31mred\n"))]
    text, code = page(cells)

    assert (text.label, text.kind, text.text, text.output) == ("cell 1", "markdown", "# Part 1", "")
    assert (code.label, code.kind, code.text, code.output) == ("cell 2", "code", "", "red\n")


def test_a_long_output_keeps_its_ends() -> None:
    """And a long text its beginning."""
    text, code = page(
        [
            Cell("cell 1", "markdown", "t" * (LONGEST_TEXT + 1)),
            Cell("cell 2", "code", "x", stream("a" + "b" * LONGEST_OUTPUT + "c")),
        ]
    )

    assert len(text.text) == LONGEST_TEXT
    assert code.output.startswith("ab") and code.output.endswith("bc") and "\n...\n" in code.output
    assert len(code.output) < LONGEST_OUTPUT + 10


def test_the_page_is_bounded() -> None:
    """However many cells there are."""
    cells = page(Cell(f"cell {n}", "markdown", "t" * LONGEST_TEXT) for n in range(200))

    assert len(cells) == MOST // LONGEST_TEXT
