"""Text that stands in a cell of code: in comments, in strings, in what it prints or shows as Markdown."""

from __future__ import annotations

import ast

import re2

from grader.intake.code.parsing import parse
from grader.intake.files.notebook import text_of

MAGIC = re2.compile(r"^\s*%%(?:markdown|md|html|latex)\b[^\n]*\n")
LIKELY = re2.compile(
    r"^(?:\s*(?:#[^\n]*)?\n)*[ \t]*"
    r"(?:[rRuU]?[\"']|print\(|display\(|from IPython|import |\w+ ?= ?[(rR]?[\"'])"
)
SAYS = {"print", "display", "Markdown", "HTML", "Latex"}


def worded(source: str) -> str:
    """The text of a cell that holds nothing else, "" of any other; a string's name stands before it."""
    if magic := MAGIC.match(source):
        return source[magic.end() :]
    if comments := _comments(source):
        return comments
    if not LIKELY.match(source):
        return ""
    nodes, broken = parse(source)
    said = [_said(node) for node in nodes if not isinstance(node, (ast.Import, ast.ImportFrom))]
    return "" if broken else "\n\n".join(filter(None, said)) * (None not in said)


def _comments(source: str) -> str:
    """The comments of a cell that is no form."""
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    if not all(line.startswith("#") for line in lines) or any(line.startswith("#@") for line in lines):
        return ""
    return "\n".join(line.lstrip("# ") for line in lines)


def _said(node: ast.stmt) -> str | None:
    """What a statement says, None where it does something else."""
    if isinstance(node, ast.Expr):
        return _text(node.value)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        text = _text(node.value)
        return text and f"{node.targets[0].id.replace('_', ' ')}: {text}"
    return None


def _text(node: ast.expr) -> str | None:
    """The string that an expression is, or shows."""
    if isinstance(node, ast.Constant):
        return text_of(node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_text(node.left), _text(node.right)]
        return None if None in parts else "".join(filter(None, parts))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS:
        said = [_text(each) for each in node.args]
        return None if None in said else " ".join(filter(None, said))
    return None
