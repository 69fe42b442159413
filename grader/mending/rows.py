"""Slips between a batch and its one row in `get_cls_pred`: one is read for the other, or another axis."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from grader.mending.alternatives import Changes
from grader.mending.edits import Span, number_in, told, with_node, with_text
from grader.mending.several import First

ROW = "{}[0]"  # of a batch
FORMS = ("{}[None]", "{}.max()")  # of a row a batch, and its largest value
ALONG = ("max", "min", "argmax", "argmin", "sort", "argsort", "topk", "softmax", "amax", "sum")
ENDS = ("max", "min")
LAST_AXIS = ast.keyword("dim", ast.Constant(-1))
OTHER = {0: 1, 1: 0, -1: 0}  # of the two axes of logits


def rows(source: str, name: str, near: int) -> Changes:
    """Yield a function with its batch read as the row, or an operation along another axis, nearest first.

    Each is told in words, with its line and the source changed. Last come the same ones where what is printed
    below is the first value of several.
    """
    yield from _each(source, name, near)
    for statement in (each for each in _printing(source, name) if each.lineno > near):
        text = ast.unparse(First().visit(ast.parse(ast.unparse(statement))))
        for words, line, changed in _each(with_node(source, statement, text), name, near):
            yield f"{words}; `{told(statement)}` read with the first where there are several", line, changed


def forms(source: str, name: str, near: int) -> Changes:
    """Yield a function with a row read as a batch of it, or as its largest value, on one line."""
    for form in FORMS:
        yield from _read(source, name, near, form, [near])


def _each(source: str, name: str, near: int) -> Changes:
    yield from _along_one(source, name)
    yield from _along_others(source, name, near)
    yield from _read(source, name, near, ROW, range(near, 0, -1))


def _walked(source: str, name: str) -> Iterator[ast.AST]:
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return (node for function in functions if function.name == name for node in ast.walk(function))


def _printing(source: str, name: str) -> list[ast.Expr]:
    """The last statement of a function that prints."""
    found = list[ast.Expr]()
    for node in _walked(source, name):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name("print"))):
                found.append(node)
    return found[-1:]


def _along_one(source: str, name: str) -> Changes:
    """An end that is taken with its place, and along no axis: along that of the classes."""
    for node in _walked(source, name):
        match node:
            case ast.Assign(targets=[ast.Tuple()], value=ast.Call() as call) if _word(call) in ENDS:
                text = ast.unparse(ast.Call(call.func, call.args, [*call.keywords, LAST_AXIS]))
                yield f"`{told(call)}` read along the last axis", node.lineno, with_node(source, call, text)


def _along_others(source: str, name: str, near: int) -> Changes:
    """Operations along the other axis than the number that they are given."""
    calls = [node for node in _walked(source, name) if isinstance(node, ast.Call) and _word(node) in ALONG]
    for call in sorted(calls, key=lambda node: abs(node.lineno - near)):
        given = [*call.args, *(each.value for each in call.keywords if each.arg in ("dim", "axis"))]
        for value, own in ((value, number_in(value)) for value in given):
            if own is not None and (axis := OTHER.get(own)) is not None:
                words = f"`{told(call)}` read along axis {axis}"
                yield words, call.lineno, with_node(source, value, str(axis))


def _word(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _read(source: str, name: str, near: int, form: str, lines: Sequence[int]) -> Changes:
    """Names that are bound there, read in another form: from some line on with those beside them, or on it.

    What is returned stays: it is judged as it is.
    """
    seen = {source}
    nodes = list(_walked(source, name))
    back = {id(node) for each in nodes if isinstance(each, ast.Return) for node in ast.walk(each)}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    reads = [node for node in names if isinstance(node.ctx, ast.Load)]
    for line in lines:
        for bound in _bound(nodes, {node.id for node in reads if node.lineno == line}):
            mine = [node for node in reads if node.id in bound and node.lineno >= line]
            for wanted in (mine, [node for node in mine if node.lineno == line]):
                changed = _written(source, wanted, form)
                if changed not in seen and not any(id(node) in back for node in wanted):
                    seen.add(changed)
                    read = next(node.id for node in wanted if node.lineno == line)
                    yield f"`{read}` read as `{form.format(read)}`", line, changed


def _bound(nodes: Sequence[ast.AST], read: set[str]) -> Iterator[tuple[str, ...]]:
    """The names that are bound of some that are read, each by itself and with those bound beside it."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=one)]) if one in read:
                yield (one,)
            case ast.Assign(targets=[ast.Tuple(elts=names)]):
                found = tuple(each.id for each in names if isinstance(each, ast.Name))
                yield from ((each,) for each in found if each in read)
                yield from [found] if read.intersection(found) else []


def _written(source: str, nodes: Sequence[ast.Name], form: str) -> str:
    """A source in which names are written in another form."""
    spans: list[tuple[Span, str]] = [
        ((node.lineno - 1, node.col_offset, node.end_col_offset or 0), form.format(node.id)) for node in nodes
    ]
    for span, text in sorted(spans, reverse=True):
        source = with_text(source, [span], text)
    return source
