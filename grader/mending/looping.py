"""Loops that make or apply layers: widths exchanged, or not carried on; a layer that is never applied.

A guess: it counts only where a whole network runs with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from grader.mending.edits import Mend, function_at, told, with_node, with_source, with_text
from grader.mending.trouble import LARGEST, Trouble, chunks_at, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

MOST_NAMES = 2  # that what was computed last may have
HEADED = ast.If | ast.For | ast.While | ast.With | ast.Try


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The steps that a loop lacks, or takes wrongly, where a layer is given other channels than it takes."""
    if "channels" not in trouble.message:
        return
    for chunk in (chunk for module in slice.modules for chunk in module.chunks):
        if "for " in chunk.source and "Conv2d" in chunk.source and len(chunk.source) <= LARGEST:
            for loop in _loops(tree(chunk)):
                yield from _carried_on(slice, chunk, loop)
                yield from _exchanged(slice, chunk, loop)
                yield from _replaced(slice, chunk, loop)
                yield from _kept(slice, chunk, loop)
    for place in (trouble.place, *trouble.place.callers) if trouble.place else ():
        for _, chunk in chunks_at(slice, place):
            parsed, line = tree(chunk), place.line - chunk.line + 1
            for loop in _loops(function_at(parsed, line)):
                yield from _applied(slice, chunk, parsed, loop)


def turned(slice: Slice) -> Iterator[Mend]:
    """What a loop keeps before it is computed, as kept after that: `yield h`, then `h = layer(h)`."""
    for chunk in (chunk for module in slice.modules for chunk in module.chunks):
        for loop in _loops(tree(chunk)) if len(chunk.source) <= LARGEST else ():
            for kept, computed in pairwise(loop.body):
                match kept, computed:
                    case ast.Expr(value=keeps), ast.Assign(targets=[ast.Name(id=name)], value=value):
                        if name in _names(keeps) and name in _names(value):
                            yield _in_turn(slice, chunk, kept, computed)


def _in_turn(slice: Slice, chunk: Chunk, first: ast.stmt, second: ast.stmt) -> Mend:
    source = with_node(with_node(chunk.source, second, ast.unparse(first)), first, ast.unparse(second))
    words = f"`{told(first)}` read as what comes after `{told(second)}`"
    place = Place(chunk.label, chunk.line + first.lineno - 1)
    return Mend(with_source(slice, chunk, source), words, made=place, whole=True)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _loops(node: ast.AST | None) -> list[ast.For]:
    return [each for each in ast.walk(node) if isinstance(each, ast.For)] if node else []


# --- widths -----------------------------------------------------------------------------------------


def _carried_on(slice: Slice, chunk: Chunk, loop: ast.For) -> Iterator[Mend]:
    """The channels that a layer gives out, as those that the next one takes: `channels = width`."""
    stored = _stored(loop)
    for statement, call in _calls(loop):
        match call.args:
            case [ast.Name(id=inputs), outputs, *_] if inputs not in {*stored, ast.unparse(outputs)}:
                step = f"{inputs} = {ast.unparse(outputs)}"
                span = (statement.end_lineno or 0) - 1, *(statement.end_col_offset or 0,) * 2
                source = with_text(chunk.source, [span], f"; {step}")
                yield _added(slice, chunk, source, step, statement.lineno)


def _exchanged(slice: Slice, chunk: Chunk, loop: ast.For) -> Iterator[Mend]:
    """A layer's two widths in each other's place."""
    for _, call in _calls(loop):
        match call.args:
            case [ast.Name() as inputs, ast.Name() as outputs, *rest] if inputs.id != outputs.id:
                text = ast.unparse(ast.Call(call.func, [outputs, inputs, *rest], call.keywords))
                yield _read(slice, chunk, call, text)


def _replaced(slice: Slice, chunk: Chunk, loop: ast.For) -> Iterator[Mend]:
    """A width that replaces the last one, where it is added to it: `channels += width`."""
    for node in ast.walk(loop):
        match node:
            case ast.AugAssign(ast.Name(id=name), ast.Add(), value):
                yield _read(slice, chunk, node, f"{name} = {ast.unparse(value)}")


def _kept(slice: Slice, chunk: Chunk, loop: ast.For) -> Iterator[Mend]:
    """What a layer gives, as the value that goes on, where nothing keeps it: `relu(conv(x))`."""
    for node in ast.walk(loop):
        match node:
            case ast.Expr(ast.Call() as call):
                inner = [each for each in ast.walk(call) if isinstance(each, ast.Call)][-1]
                for name in (each.id for each in inner.args if isinstance(each, ast.Name)):
                    yield _read(slice, chunk, call, f"{name} = {ast.unparse(call)}")


def _read(slice: Slice, chunk: Chunk, node: ast.expr | ast.stmt, text: str) -> Mend:
    words = f"`{ast.unparse(node)}` read as `{text}`"
    made = Place(chunk.label, chunk.line + node.lineno - 1)
    return Mend(with_source(slice, chunk, with_node(chunk.source, node, text)), words, made=made, whole=True)


def _calls(loop: ast.For) -> Iterator[tuple[ast.stmt, ast.Call]]:
    """The calls in a loop, each with the simple statement that it is in."""
    statements = (node for node in ast.walk(loop) if isinstance(node, ast.stmt))
    for statement in (node for node in statements if not isinstance(node, HEADED)):
        yield from ((statement, node) for node in ast.walk(statement) if isinstance(node, ast.Call))


def _stored(loop: ast.For) -> set[str]:
    names = (node for node in ast.walk(loop) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _added(slice: Slice, chunk: Chunk, source: str, step: str, line: int) -> Mend:
    words = f"`{step}` is missing and was added"
    made = Place(chunk.label, chunk.line + line - 1)
    return Mend(with_source(slice, chunk, source), words, made=made, whole=True)


# --- layers -----------------------------------------------------------------------------------------


def _applied(slice: Slice, chunk: Chunk, parsed: ast.Module, loop: ast.For) -> Iterator[Mend]:
    """A layer that a loop goes through and never calls, applied to what was computed last."""
    calls = (node.func for node in ast.walk(loop) if isinstance(node, ast.Call))
    called = {function.id for function in calls if isinstance(function, ast.Name)}
    targets = (node for node in ast.walk(loop.target) if isinstance(node, ast.Name))
    for layer in (node.id for node in targets if node.id not in called):
        for value in _computed(parsed, loop)[:MOST_NAMES]:
            source = _begun_with(chunk, loop.body[0], value, f"{layer}({value})")
            if source:
                yield _added(slice, chunk, source, f"{value} = {layer}({value})", loop.lineno)


def _computed(parsed: ast.Module, loop: ast.For) -> list[str]:
    """The names that were bound above a loop, the latest first, then the arguments of its function."""
    function = function_at(parsed, loop.lineno)
    if function is None:
        return []
    gone_through = {id(node) for each in _loops(function) for node in ast.walk(each.target)}
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.lineno < loop.lineno]
    stored = [node for node in names if isinstance(node.ctx, ast.Store) and id(node) not in gone_through]
    latest = [node.id for node in sorted(stored, key=lambda node: -node.lineno)]
    return list(dict.fromkeys([*latest, *(each.arg for each in function.args.args[1:])]))


def _begun_with(chunk: Chunk, first: ast.stmt, name: str, value: str) -> str | None:
    """The text with a name bound before a loop's first statement; None where that can't be on its line."""
    if isinstance(first, ast.If):
        test = f"(({name} := {value}) is not None) and ({ast.unparse(first.test)})"
        return with_node(chunk.source, first.test, test)
    if isinstance(first, HEADED):
        return None
    span = first.lineno - 1, first.col_offset, first.col_offset
    return with_text(chunk.source, [span], f"{name} = {value}; ")
