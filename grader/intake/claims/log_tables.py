"""Training logs that were printed as a table: its rows, with the name of its column before each number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import re2

NAMES = re2.compile(r"loss|acc|iou|io_u")
NUMBER = re2.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?%?")
VALUES = re2.compile(r"[\d:=]")  # what no head of a table holds
BETWEEN = ("|", ",", "\t")
LEAST = 2  # columns with a figure's name make a head
WIDEST = 40  # columns


def named(text: str) -> str:
    """A text of small letters in which a table's rows read `loss: 1.2, acc: 0.5`."""
    return "\n".join(_lines(text.split("\n")))


def _lines(lines: Sequence[str]) -> Iterator[str]:
    head = list[str]()
    for line in lines:
        cells = _cells(line)
        numbers = [cell for cell in cells if NUMBER.fullmatch(cell)]
        if len(cells) <= WIDEST and not VALUES.search(line) and sum(map(_is_named, cells)) >= LEAST:
            head = cells
        yield _row(head, cells) if head and numbers and len(cells) - len(head) in (0, 1) else line


def _row(head: Sequence[str], cells: Sequence[str]) -> str:
    """A row by its columns; a table of pandas has one more, without a name, on the left."""
    pairs = zip(head, cells[len(cells) - len(head) :], strict=True)
    numbers = ", ".join(f"{name}: {cell}" for name, cell in pairs if NUMBER.fullmatch(cell))
    return " ".join([*(cell for cell in cells if not NUMBER.fullmatch(cell)), numbers])


def _is_named(cell: str) -> bool:
    return bool(NAMES.search(cell))


def _cells(line: str) -> list[str]:
    between = next((each for each in BETWEEN if each in line), None)
    return [cell.strip() for cell in line.strip().strip("|").split(between)]
