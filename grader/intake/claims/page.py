"""What the notebook shows, to be read beside the report: its cells in order, within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.intake.claims.outputs import printed
from grader.intake.files.notebook import Cell
from grader.records.submission import PageCell

LONGEST_OUTPUT = 20_000  # characters of one cell's; of more, the beginning and the end
LONGEST_TEXT = 50_000  # of a cell of text
MOST = 2_000_000  # characters of the whole page; what follows is left out


def page(cells: Iterable[Cell]) -> tuple[PageCell, ...]:
    """The cells with their text and what they printed; the source of code is in the submission's texts."""
    return tuple(_within(MOST, (_shown(cell) for cell in cells)))


def _within(room: int, cells: Iterable[PageCell]) -> Iterator[PageCell]:
    for cell in cells:
        room -= len(cell.text) + len(cell.output)
        if room < 0:
            return
        yield cell


def _shown(cell: Cell) -> PageCell:
    text = "" if cell.kind == "code" else cell.source[:LONGEST_TEXT]
    output = printed(cell) if cell.kind == "code" else ""
    if len(output) > LONGEST_OUTPUT:
        half = LONGEST_OUTPUT // 2
        output = f"{output[:half]}\n...\n{output[-half:]}"
    return PageCell(cell.label, cell.kind, text, output)
