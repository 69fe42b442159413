"""Changes of a slice's text: every line stays where it is, so that places still hold."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from grader.diagnosis.payers import LineName
from grader.mending.trouble import tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

Span = tuple[int, int, int]  # line, first byte and last byte of a piece of text, all from 0
LONGEST = 60  # characters of code that are told


@dataclass(frozen=True, slots=True)
class Mend:
    """A slice in which something is read otherwise than it was written, and that in words."""

    slice: Slice
    words: str
    place: Place | None = None  # where it is, if the exception does not tell
    whole: bool = False  # whether it counts only where all runs then
    leaves: bool = False  # whether something is left out
    made: Place | None = None  # where the fault was made, if that is another line than the one that raises
    shown: tuple[str, ...] = ()  # what causes begin with that tell the same fault of the mended code
    lines: tuple[LineName, ...] = ()  # of the rubric that pay, where it is not the usual one


def with_source(slice: Slice, old: Chunk, source: str) -> Slice:
    """A slice in which a statement has another text."""
    new = replace(old, source=source)

    def changed(chunks: Iterable[Chunk]) -> tuple[Chunk, ...]:
        return tuple(new if chunk is old else chunk for chunk in chunks)

    return replace(
        slice,
        modules=tuple(replace(module, chunks=changed(module.chunks)) for module in slice.modules),
        cam_cell=changed(slice.cam_cell),
        weight_fc=changed(slice.weight_fc),
    )


def renamed(
    slice: Slice, chunk: Chunk, wanted: Callable[[ast.AST], Span | None], words: str, text: str
) -> Iterator[Mend]:
    """The change of all that has a name in a statement, wherever it stands there."""
    if found := spans(tree(chunk), wanted):
        yield Mend(with_source(slice, chunk, with_text(chunk.source, found, text)), words)


def with_import(slice: Slice, module: Module, statement: str) -> Slice:
    """A slice in which a module begins with one more import."""
    first = module.chunks[0]
    future = sum(chunk.source.startswith("from __future__") for chunk in module.chunks)
    chunks = (*module.chunks[:future], Chunk(first.label, first.line, statement), *module.chunks[future:])
    modules = tuple(replace(each, chunks=chunks) if each is module else each for each in slice.modules)
    return replace(slice, modules=modules)


def read_otherwise(chunk: Chunk, source: str) -> Chunk:
    """A statement that is run once more, as another text: under one label, whatever is changed of it."""
    return Chunk(f"{chunk.label} (read otherwise)", chunk.line, source)


def with_text(source: str, spans: Sequence[Span], text: str) -> str:
    """A text in which another stands for some of its pieces."""
    lines = [line.encode() for line in source.split("\n")]
    for line, first, last in sorted(spans, reverse=True):
        lines[line] = lines[line][:first] + text.encode() + lines[line][last:]
    return b"\n".join(lines).decode(errors="replace")


def with_node(source: str, node: ast.expr | ast.stmt, text: str) -> str:
    """A text in which another stands for a piece of code."""
    more = (node.end_lineno or node.lineno) - node.lineno
    lines = [line.encode() for line in source.split("\n")]
    last = lines[node.lineno - 1 + more][node.end_col_offset :]
    new = f"({text}{more * chr(10)})" if more and isinstance(node, ast.expr) else text + more * "\n"
    lines[node.lineno - 1] = lines[node.lineno - 1][: node.col_offset] + new.encode() + last
    del lines[node.lineno : node.lineno + more]
    return b"\n".join(lines).decode(errors="replace")


def is_simple(node: ast.AST) -> TypeGuard[ast.stmt]:
    """Whether this is a statement that holds no others."""
    return isinstance(node, ast.stmt) and not hasattr(node, "body") and not isinstance(node, ast.Match)


def told(node: ast.AST) -> str:
    """A piece of code as it is told, not too long."""
    text = ast.unparse(node)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def number_in(node: ast.expr) -> int | None:
    """The whole number that is written, of whichever sign; None of anything else, True and False as well."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
    return None


def statement_at(tree: ast.AST, line: int) -> ast.stmt | None:
    """The simple statement that a line lies in."""
    simple = filter(is_simple, ast.walk(tree))
    around = [node for node in simple if node.lineno <= line <= (node.end_lineno or 0)]
    return around[-1] if around else None


def function_at(tree: ast.AST, line: int) -> ast.FunctionDef | None:
    """The innermost function that a line lies in."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    around = [node for node in functions if node.lineno <= line <= (node.end_lineno or 0)]
    return around[-1] if around else None


def spans(tree: ast.AST, wanted: Callable[[ast.AST], Span | None]) -> list[Span]:
    """The pieces of a text that are wanted."""
    return sorted({span for node in ast.walk(tree) if (span := wanted(node))})


def name_span(name: str, line: int = 0) -> Callable[[ast.AST], Span | None]:
    """The pieces where a name is read, anywhere or on one line."""

    def wanted(node: ast.AST) -> Span | None:
        same = isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        if same and isinstance(node, ast.Name) and line in (0, node.lineno):
            return node.lineno - 1, node.col_offset, node.end_col_offset or 0
        return None

    return wanted


def attribute_span(name: str) -> Callable[[ast.AST], Span | None]:
    """The pieces where an attribute is named, on whatever object."""

    def wanted(node: ast.AST) -> Span | None:
        if isinstance(node, ast.Attribute) and node.attr == name and node.end_lineno:
            last = node.end_col_offset or 0
            return node.end_lineno - 1, last - len(name.encode()), last
        return None

    return wanted


def whole_span(name: str, line: int) -> Callable[[ast.AST], Span | None]:
    """The pieces that are a whole expression `a.b.name`, on one line."""

    def wanted(node: ast.AST) -> Span | None:
        same = (
            isinstance(node, ast.Attribute) and node.attr == name and node.lineno == node.end_lineno == line
        )
        if not same:
            return None
        assert isinstance(node, ast.Attribute)
        return line - 1, node.col_offset, node.end_col_offset or 0

    return wanted


def keyword_span(name: str, line: int) -> Callable[[ast.AST], Span | None]:
    """The pieces where an argument is given by keyword, on one line."""

    def wanted(node: ast.AST) -> Span | None:
        if isinstance(node, ast.keyword) and node.arg == name and node.lineno == line:
            return line - 1, node.col_offset, node.col_offset + len(name.encode())
        return None

    return wanted
