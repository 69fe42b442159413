"""What else may have stood in the piece of code that raises, or that called it: another name, another order.

A guess: it counts only where a whole network runs with it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from difflib import SequenceMatcher

from grader.mending import own
from grader.mending.cropping import BEYOND
from grader.mending.edits import Mend, function_at, with_node, with_source
from grader.mending.keys import as_written, is_ours
from grader.mending.trouble import LARGEST, MISFITS, Trouble, chunks_at, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

LONGEST = 60  # characters of code that are told, and by which names are compared
MOST_NAMES = 8  # that one is tried as: each costs a run of the submission
MOST_BOUND = 4  # assignments above a line that are changed
MOST_PIECES = 60  # of a line, the nearest: its statement is read for each
Way = Callable[[ast.expr, ast.AST], Iterator[str]]  # what may stand in a piece's place, within its class


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The changes of one piece of code: of what raised, of what is around it, of what called it."""
    for place in (trouble.place, *trouble.place.callers) if trouble.place else ():
        for _, chunk in chunks_at(slice, place):
            if len(chunk.source) <= LARGEST:
                yield from _at(slice, chunk, place)


def where_bound(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The changes of what bound the names that the line reads which raises, or one that called it.

    A map of the wrong pool fits many a layer: what raises is the next one.
    """
    yield from _above(trouble, slice, (_beside, _latest)) if _sized(trouble) else ()


def bound_last(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """Those of them that read what was bound last, as most do; first of what a lambda on the line takes."""
    for _, chunk in chunks_at(slice, trouble.place):
        if trouble.place and "lambda" in chunk.source and len(chunk.source) <= LARGEST:
            parsed = tree(chunk)
            pieces = _pieces(parsed, trouble.place.line - chunk.line + 1, None)
            yield from _changed(slice, chunk, parsed, pieces, (_of_the_lambda,))
    yield from _above(trouble, slice, (_latest,))


def _above(trouble: Trouble, slice: Slice, ways: Sequence[Way]) -> Iterator[Mend]:
    for place in (trouble.place, *trouble.place.callers) if trouble.place else ():
        for _, chunk in chunks_at(slice, place):
            if len(chunk.source) <= LARGEST:
                parsed, line = tree(chunk), place.line - chunk.line + 1
                for value in _bound_above(parsed, line):
                    yield from _changed(slice, chunk, parsed, _given(value), ways)


def _sized(trouble: Trouble) -> bool:
    """Whether it is the size of a map that something does not fit."""
    return any(words in trouble.message for words in (*MISFITS, *BEYOND))


def _bound_above(parsed: ast.Module, line: int) -> list[ast.expr]:
    """What is bound or gone through above a line, nearest first, and makes what the line reads."""
    function = function_at(parsed, line)
    statements = [node for node in ast.walk(function) if isinstance(node, ast.stmt)] if function else []
    read = {name for node in statements if node.lineno == line for name in _names(node, ast.Load)}
    found = list[ast.expr]()
    for node in sorted((node for node in statements if node.lineno < line), key=lambda node: -node.lineno):
        targets, value = _binding(node)
        if value is not None and any(read.intersection(_names(target, ast.Store)) for target in targets):
            found.append(value)
            read.update(_names(value, ast.Load))
    return found[:MOST_BOUND]


def _binding(node: ast.stmt) -> tuple[list[ast.expr], ast.expr | None]:
    """What a statement binds, and to what; a loop to each part of what it goes through."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return targets, value
        case ast.For(target=target, iter=value):
            return [target], value
    return [], None


def _given(value: ast.expr) -> list[ast.expr]:
    """What a piece of code is made of, without what is called there or has parts."""
    nodes = [node for node in ast.walk(value) if isinstance(node, ast.expr)]
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    whole = [node.value for node in nodes if isinstance(node, ast.Attribute | ast.Subscript)]
    passed = {id(node) for node in (*called, *whole)}
    return [node for node in nodes if id(node) not in passed]


def _names(node: ast.AST, context: type[ast.expr_context]) -> list[str]:
    """The names that a piece of code reads, or binds."""
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return [name.id for name in names if isinstance(name.ctx, context)]


def _at(slice: Slice, chunk: Chunk, place: Place) -> Iterator[Mend]:
    parsed, line = tree(chunk), place.line - chunk.line + 1
    pieces = _pieces(parsed, line, _in_chunk(place, chunk))
    yield from _changed(slice, chunk, parsed, pieces, WAYS)


def _changed(
    slice: Slice, chunk: Chunk, parsed: ast.Module, pieces: Sequence[ast.expr], ways: Sequence[Way]
) -> Iterator[Mend]:
    for way in ways:
        for node in pieces:
            for text in dict.fromkeys(way(node, parsed)):
                source = with_node(chunk.source, node, text)
                words = f"`{_told(ast.unparse(node))}` read as `{_told(text)}`"
                made = Place(chunk.label, chunk.line + node.lineno - 1)
                yield Mend(with_source(slice, chunk, source), words, made=made, whole=True)


def _told(code: str) -> str:
    return as_written(code)[:LONGEST]


def _in_chunk(place: Place, chunk: Chunk) -> tuple[int, int, int, int] | None:
    """The piece of a place by the lines of its statement's own text."""
    if place.piece is None:
        return None
    first, start, last, end = place.piece
    return first - chunk.line + 1, start, last - chunk.line + 1, end


def _pieces(parsed: ast.Module, line: int, piece: tuple[int, int, int, int] | None) -> list[ast.expr]:
    """The expressions of the line: first what raised, then what it is made of, then what is around it.

    What the loops around it go through comes last.
    """
    loops = [node for node in ast.walk(parsed) if isinstance(node, ast.For) and _touches(node, line)]
    heads = {id(part) for loop in loops for part in ast.walk(loop.iter)}
    every = [node for node in ast.walk(parsed) if isinstance(node, ast.expr)]
    nodes = [node for node in every if _touches(node, line) or id(node) in heads]
    ours = {id(part) for node in nodes if is_ours(node) for part in ast.walk(node)}
    stored = (id(node) for node in nodes if isinstance(getattr(node, "ctx", None), ast.Store))
    passed = ours.union(stored)
    loaded = [node for node in nodes if id(node) not in passed]
    return (sorted(loaded, key=lambda node: _distance(node, piece)) if piece else loaded)[:MOST_PIECES]


def _touches(node: ast.expr | ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or 0)


def _distance(node: ast.expr, piece: tuple[int, int, int, int]) -> tuple[bool, int]:
    """Whether a node lies beyond a piece, and by how many bytes it is shorter or longer."""
    (first, start, last, end), stop = piece, (node.end_lineno or 0, node.end_col_offset or 0)
    inside = (first, start) <= (node.lineno, node.col_offset) and stop <= (last, end)
    longer = abs((node.end_lineno or 0) - last) + abs(node.lineno - first)
    return not inside, 1000 * longer + abs(node.col_offset - start) + abs((node.end_col_offset or 0) - end)


# --- what else may stand there ----------------------------------------------------------------------


def _swapped(node: ast.expr, _: ast.AST) -> Iterator[str]:
    """Two neighbours in each other's place."""
    field = {ast.Call: "args", ast.Tuple: "elts", ast.List: "elts"}.get(type(node), "")
    for at in range(min(len(getattr(node, field, ())) - 1, MOST_NAMES)):
        other = deepcopy(node)
        items = getattr(other, field)
        items[at], items[at + 1] = items[at + 1], items[at]
        yield ast.unparse(other)
    if isinstance(node, ast.BinOp):
        yield f"({ast.unparse(ast.BinOp(node.right, node.op, node.left))})"


def _renamed(node: ast.expr, parsed: ast.AST) -> Iterator[str]:
    """Another name of the function, most alike first."""
    function = function_at(parsed, node.lineno)
    if isinstance(node, ast.Name) and function is not None:
        nodes = [each for each in ast.walk(function) if isinstance(each, ast.Name)]
        names = [each.id for each in nodes if isinstance(each.ctx, ast.Store)]
        names += [argument.arg for argument in function.args.args]
        yield from _alike(node.id, names)


def _of_the_lambda(node: ast.expr, parsed: ast.AST) -> Iterator[str]:
    """What a lambda takes, for a name of the function around it."""
    if not isinstance(node, ast.Name):
        return
    for each in (each for each in ast.walk(parsed) if isinstance(each, ast.Lambda) and not is_ours(each)):
        taken = [argument.arg for argument in each.args.args]
        if any(part is node for part in ast.walk(each.body)) and node.id not in taken:
            yield from taken[:MOST_NAMES]


def _latest(node: ast.expr, parsed: ast.AST) -> Iterator[str]:
    """The name that was bound last above it."""
    function = function_at(parsed, node.lineno)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and function is not None:
        names = [each for each in ast.walk(function) if isinstance(each, ast.Name)]
        stored = [each for each in names if isinstance(each.ctx, ast.Store) and each.lineno < node.lineno]
        last = max(stored, key=lambda each: (each.lineno, each.col_offset), default=node)
        yield from [last.id] if last.id != node.id else []


def _of_self(node: ast.expr, parsed: ast.AST) -> Iterator[str]:
    """Another attribute of the object, most alike first; a ReLU is no convolution."""
    if own.is_own(node):
        owners = [each for each in ast.walk(parsed) if isinstance(each, ast.ClassDef)]
        names = [name for owner in owners if _touches(owner, node.lineno) for name in own.stored(owner)]
        same = [name for name in names if own.is_weightless(name) == own.is_weightless(node.attr)]
        yield from (f"self.{name}" for name in _alike(node.attr, same))


def _beside(node: ast.expr, _: ast.AST) -> Iterator[str]:
    """The place before or after in a list."""
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice | ast.Tuple):
        for step in ("- 1", "+ 1"):
            yield f"{ast.unparse(node.value)}[{ast.unparse(node.slice)} {step}]"


def _turned_round(node: ast.expr, _: ast.AST) -> Iterator[str]:
    """A sum as a difference, and the other way round; two values beside `and` as their sum."""
    match node:
        case ast.BoolOp(values=[left, right]):
            yield f"({ast.unparse(ast.BinOp(left, ast.Add(), right))})"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield f"({ast.unparse(ast.BinOp(left, ast.Sub(), right))})"
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            yield f"({ast.unparse(ast.BinOp(left, ast.Add(), right))})"


def _alike(name: str, names: list[str]) -> list[str]:
    others = [other for other in dict.fromkeys(names) if other not in (name, "self")]
    others.sort(key=lambda other: -SequenceMatcher(None, name[:LONGEST], other[:LONGEST]).ratio())
    return others[:MOST_NAMES]


WAYS: tuple[Way, ...] = (_swapped, _turned_round, _renamed, _of_self, _beside)
