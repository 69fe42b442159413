"""An assignment that is written as an annotation, `h: self.pool1(h)`: Python reads it, and binds nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.intake.code.names import walk
from grader.intake.code.statements import Source
from grader.intake.code.syntax import MendedLine

OWN = "self"


def assigned(source: Source, target: str) -> tuple[Source, tuple[MendedLine, ...]]:
    """A text whose definition of a target assigns what it annotates, and the lines that do now."""
    found = [each.node for each in source.parsed[0] if target in each.names.binds]
    lines, made = source.text.split("\n"), list[MendedLine]()
    for node in _meant(found[-1]) if found else ():
        at = (node.target.end_lineno or 0) - 1
        row = _with_a_sign(lines[at].encode(), node) if 0 <= at < len(lines) else None
        if row is not None:
            written = ast.unparse(node)
            read = f"{ast.unparse(node.target)} = {ast.unparse(node.annotation)}"
            lines[at] = row.decode()
            told = f"`{written}` is an annotation, and gives {ast.unparse(node.target)} no value"
            made.append(MendedLine(node.lineno, told, f"read as `{read}`"))
    return source.rewritten("\n".join(lines)), tuple(made)


def _meant(node: ast.stmt) -> Iterator[ast.AnnAssign]:
    """Yield what functions annotate with what no type is: something computed from itself or the model.

    What stands in a class's own body may be a field of a data class.
    """
    functions = (each for each in walk(node) if isinstance(each, ast.FunctionDef))
    for each in dict.fromkeys(each for function in functions for each in walk(function)):
        if isinstance(each, ast.AnnAssign) and each.value is None and _computes(each):
            yield each


def _computes(node: ast.AnnAssign) -> bool:
    read = {each.id for each in walk(node.annotation) if isinstance(each, ast.Name)}
    match node.target, node.annotation:
        case ast.Name(name), ast.Call():
            return bool({name, OWN} & read)
        case ast.Name(name), ast.Subscript() | ast.BinOp():
            return name in read
        case ast.Attribute(ast.Name(name)), ast.Call():
            return name == OWN
    return False


def _with_a_sign(row: bytes, node: ast.AnnAssign) -> bytes | None:
    """The row with `=` in the place of the colon; None where the row is not the node's."""
    end = node.target.end_col_offset or 0
    before, after = row[:end], row[end:].lstrip()
    if not before.endswith(ast.unparse(node.target).encode()) or not after.startswith(b":"):
        return None
    return before + b" =" + after[1:]
