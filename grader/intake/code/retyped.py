"""Cells of code that became cells of text by mistake: read as code where nothing else binds their names."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from grader.intake.code.parsing import UNPARSABLE
from grader.intake.code.statements import Source
from grader.intake.files.notebook import Cell

TELLING = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)  # prose never parses as one of these
LONGEST = 100_000  # characters of a cell that are read
FENCES = ("```python", "```py", "```")


def as_code(cells: Sequence[Cell]) -> tuple[tuple[Cell, ...], list[str]]:
    """The cells, and a note on each of text that is read as code."""
    texts = {cell.label: text for cell in cells if cell.kind != "code" and (text := _python(cell))}
    if not texts:
        return tuple(cells), []
    bound = {
        name for cell in cells if cell.kind == "code" for name in _bound(Source(cell.label, cell.source))
    }
    found, notes = list[Cell](), list[str]()
    for cell in cells:
        source = Source(cell.label, texts.get(cell.label, ""))
        names, imported = _bound(source), _bound(source, imports=True)
        if names - bound and not (names - imported) & bound:  # an import may stand in several cells
            notes.append(
                f"{cell.label} is a cell of text that holds code ({_some(names)}): it was read as code"
            )
            cell = replace(cell, kind="code", source=texts[cell.label])
        found.append(cell)
    return tuple(found), notes


def _python(cell: Cell) -> str:
    """A text cell's Python, with every line where it was; "" where it is prose."""
    lines = cell.source[:LONGEST].split("\n")
    fences = [number for number, line in enumerate(lines) if line.strip() in FENCES]
    if len(fences) == 2 and not any(line.strip() for line in (*lines[: fences[0]], *lines[fences[1] + 1 :])):
        lines[fences[0]] = lines[fences[1]] = ""
    text = "\n".join(lines)
    if "def " not in text and "class " not in text and "import " not in text:
        return ""
    try:
        nodes = ast.parse(text).body
    except UNPARSABLE:
        return ""
    return text if any(isinstance(node, TELLING) for node in nodes) else ""


def _bound(source: Source, imports: bool = False) -> set[str]:
    """The names that a text binds, or those of them that its imports bind."""
    statements = source.parsed[0]
    if imports:
        statements = [each for each in statements if isinstance(each.node, ast.Import | ast.ImportFrom)]
    return {name for each in statements for name in each.names.binds}


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:3])
