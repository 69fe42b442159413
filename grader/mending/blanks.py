"""Whether a student wrote anything where the handout leaves a blank."""

from __future__ import annotations

import ast

from grader.mending.trouble import bound, tree
from grader.records.reason import Place
from grader.records.submission import Slice

START, END = "START OF YOUR CODE", "END OF YOUR CODE"  # as the handout marks them, in comments
NOTHING = ("pass", "...", "return None", "return")
UNDONE = "raise NotImplementedError"  # whatever it says


def unwritten(slice: Slice, target: str) -> Place | None:
    """The first blank of a target of which every blank is empty; None where something was written."""
    for chunk in (chunk for module in slice.modules for chunk in module.chunks if target in bound(chunk)):
        blanks = _blanks(chunk.source.split("\n"))
        if blanks and not any(written for _, written in blanks):
            return Place(chunk.label, chunk.line + blanks[0][0])
    return None


def forward_of(slice: Slice, target: str) -> tuple[Place, bool] | None:
    """Where a network's own forward pass stands, and whether it does nothing; None where it has none."""
    for chunk in (chunk for module in slice.modules for chunk in module.chunks if target in bound(chunk)):
        classes = (
            node for node in tree(chunk).body if isinstance(node, ast.ClassDef) and node.name == target
        )
        for node in (member for each in classes for member in each.body):
            if isinstance(node, ast.FunctionDef) and node.name == "forward":
                return Place(chunk.label, chunk.line + node.lineno - 1), _is_empty(node)
    return None


def _is_empty(function: ast.FunctionDef) -> bool:
    """Whether a function only returns what nothing in it makes."""
    return not any(_does(ast.unparse(each)) for each in function.body if not _is_said(each))


def _is_said(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Return(value=ast.Name()):
            return True
    return False


def _does(text: str) -> bool:
    """Whether a statement does anything."""
    return text not in NOTHING and not text.startswith(UNDONE)


def _blanks(lines: list[str]) -> list[tuple[int, bool]]:
    """The number of the line that each blank begins on, and whether code stands in it."""
    found, start, written = list[tuple[int, bool]](), -1, False
    for number, line in enumerate(lines):
        text = line.strip()
        if text.startswith("#") and START in text.upper():
            start, written = number, False
        elif text.startswith("#") and END in text.upper() and start >= 0:
            found.append((start, written))
            start = -1
        elif start >= 0 and text and not text.startswith("#") and _does(text):
            written = True
    return found
