"""The files that a notebook's Python writes from texts of its own: `open("nets.py", "w").write(TEXT)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from grader.intake.code.magics import Written
from grader.intake.code.names import walk
from grader.intake.code.statements import Source
from grader.intake.files.basket import within

MOST = 40  # files of one notebook
SAME = ("strip", "lstrip", "rstrip", "dedent", "cleandoc", "encode")  # calls that leave a text's lines

Texts = Mapping[str, ast.Constant]  # names that stand for a text


def files(sources: Sequence[Source]) -> Iterator[tuple[str, Written]]:
    """The label of a cell, and what it writes; each line of the text is where it is in the cell."""
    return islice(_files(sources), MOST)


def _files(sources: Sequence[Source]) -> Iterator[tuple[str, Written]]:
    texts: dict[str, ast.Constant] = {}
    for source in sources:
        for statement in source.parsed[0]:
            match statement.node:
                case ast.Assign([ast.Name(name)], value) if text := _text(value, texts):
                    texts[name] = text
            yield from ((source.label, one) for one in _written(statement.node, texts))


def _written(node: ast.stmt, texts: Texts) -> Iterator[Written]:
    """What a statement writes."""
    opened = {}
    if isinstance(node, ast.With):
        opened = {ast.unparse(one.optional_vars): one.context_expr for one in node.items if one.optional_vars}
    for each in walk(node):
        match each:
            case ast.Call(ast.Attribute(file, "write" | "write_text" | "write_bytes"), [value]):
                where = opened.get(file.id) if isinstance(file, ast.Name) else file
                if where and (name := _path(where, texts)) and (text := _text(value, texts)):
                    yield Written(name, "\n" * (text.lineno - 1) + str(text.value), _appends(where))


def _path(where: ast.expr, texts: Texts) -> str:
    """The path in `open(path, "w")` or `Path(path)`, "" in other expressions and outside of the folder."""
    match where:
        case ast.Call(ast.Name("open" | "Path") | ast.Attribute(attr="open" | "Path"), [path, *_]):
            text = _text(path, texts)
            return within(str(text.value)) or "" if text else ""
    return ""


def _appends(where: ast.expr) -> bool:
    match where:
        case ast.Call(args=[_, ast.Constant(str(mode)), *_]):
            return "a" in mode
    return False


def _text(value: ast.expr, texts: Texts) -> ast.Constant | None:
    """The literal that an expression holds, whatever is cut from its ends."""
    match value:
        case ast.Constant(str()):
            return value
        case ast.Name(name):
            return texts.get(name)
        case ast.Call(ast.Attribute(inner, name), []) if name in SAME:
            return _text(inner, texts)
        case ast.Call(ast.Name(name) | ast.Attribute(attr=name), [inner]) if name in SAME:
            return _text(inner, texts)
    return None
