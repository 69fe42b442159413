"""The text of a statement, moved to the margin, and other text in a statement's place."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.intake.code.names import walk


def first_line(node: ast.stmt) -> int:
    """The line a statement begins on, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def excerpt(lines: Sequence[str], node: ast.stmt) -> str:
    """A statement's text, moved to the left margin; lines that begin inside a string stay as they are."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return ast.unparse(node)
    first = first_line(node)
    result = _taken(lines, first, node)
    if node.col_offset and len(result) > 1:
        inside = _inside_strings(node)
        margin = " \t"
        for number in range(1, len(result)):
            line = result[number]
            indent = min(node.col_offset, len(line) - len(line.lstrip(margin)))
            result[number] = line if first + number in inside else line[indent:]
    return "\n".join(result)


def text_of(lines: Sequence[str], node: ast.expr) -> str:
    """An expression's text as it stands; `ast.get_source_segment` would go through all lines for each."""
    return "\n".join(_taken(lines, node.lineno, node))


def _taken(lines: Sequence[str], first: int, node: ast.stmt | ast.expr) -> list[str]:
    """The lines of a node from the first on, without what stands beside it."""
    result = list(lines[first - 1 : node.end_lineno])
    result[-1] = _cut(result[-1], 0, node.end_col_offset)
    result[0] = _cut(result[0], node.col_offset, None)
    return result


def _cut(line: str, start: int, stop: int | None) -> str:
    """Part of a line, by the byte offsets that syntax trees count in."""
    return line.encode()[start:stop].decode(errors="replace")


def _inside_strings(node: ast.stmt) -> set[int]:
    strings = (
        part
        for part in walk(node)
        if isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str | bytes))
    )
    return {line for part in strings for line in range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)}


def replaced(lines: Sequence[str], nodes: Sequence[ast.stmt | ast.expr], by: str) -> list[str]:
    """Lines in which other text stands for some statements, so that all lines stay where they are."""
    result = list(lines)
    for node in sorted(nodes, key=lambda node: (-node.lineno, -node.col_offset)):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        tail = _cut(result[last], node.end_col_offset or 0, None)
        result[first] = _cut(result[first], 0, node.col_offset) + by + tail
        result[first + 1 : last + 1] = [""] * (last - first)
    return result
