"""What a function computes and keeps nowhere, read as what is given or added to a name that it works with."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from grader.mending.carrying import Function, Part, carrying
from grader.mending.edits import told, with_node
from grader.mending.reductions import NAMES, Summed, changed, multiplies, sum_over
from grader.mending.trouble import LARGEST
from grader.records.submission import Slice

LISTS = ("append", "extend")
COMPUTED = ast.BinOp | ast.Call | ast.Subscript


def kept(slice: Slice, name: str) -> Iterator[Summed]:
    """Yield each statement of a function whose value is read nowhere, as one that gives it to a name."""
    for part in carrying(slice, name):
        if len(part.chunk.source) <= LARGEST:
            for statement, value in _lost(part.function):
                for other in _given(part, statement, value):
                    source = with_node(part.chunk.source, statement, ast.unparse(other))
                    modules = tuple(changed(slice, name, part.chunk, source))
                    got, want = (f"`{told(each)}`" for each in (statement, other))
                    yield Summed(got, want, "", modules, part.chunk, statement.lineno, source)


def _lost(function: Function) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """Yield the statements that compute what is read nowhere, each with that."""
    read = _read(function)
    for node in ast.walk(function):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(ast.Name(name), method), args=[value])) if (
                method in LISTS
            ):
                if read[name] == _filled(function, name):
                    yield node, value
            case ast.Expr(value=value) if isinstance(value, COMPUTED):
                yield node, value
            case (
                ast.Assign(targets=[ast.Name(name)], value=value)
                | ast.AugAssign(target=ast.Name(name), value=value)
            ) if isinstance(value, COMPUTED) and not read[name]:
                yield node, value


def _read(function: Function) -> Counter[str]:
    names = (node for node in ast.walk(function) if isinstance(node, ast.Name))
    return Counter(node.id for node in names if isinstance(node.ctx, ast.Load))


def _filled(function: Function, name: str) -> int:
    """How often a function puts something into a list of this name."""
    parts = (node for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr in LISTS)
    return sum(getattr(node.value, "id", "") == name for node in parts)


def _given(part: Part, statement: ast.stmt, value: ast.expr) -> Iterator[ast.stmt]:
    """Yield a statement that gives a value to each name bound above and read below, the last first."""
    names = [node for node in ast.walk(part.function) if isinstance(node, ast.Name)]
    above = [each.id for each in names if _stores(each) and each.lineno < statement.lineno]
    below = {each.id for each in names if not _stores(each) and each.lineno > statement.lineno}
    inside = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    for name in dict.fromkeys(reversed([each for each in above if each in below])):
        if name not in inside:
            yield ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), value)
        for given in (value, *(sum_over(value, axis) for axis in NAMES if multiplies(value))):
            yield ast.Assign([ast.Name(name, ast.Store())], given, lineno=statement.lineno)


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)
