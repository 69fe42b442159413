"""A part that is taken by number, taken otherwise: by another number, over another axis, unturned."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def exchanged(node: ast.Subscript) -> Iterator[ast.expr]:
    """Yield a part by the other of two numbers, by places exchanged or left out, and out of its own index."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=0 | 1 as place)):
            yield ast.Subscript(value, ast.Constant(1 - place), ast.Load())
        case ast.Subscript(value=ast.Name() as value, slice=ast.Name() as index):
            yield ast.Subscript(index, value, ast.Load())
        case ast.Subscript(value=ast.Attribute(value=value, attr="T"), slice=index):
            yield ast.Subscript(value, _unwrapped(index), ast.Load())
        case ast.Subscript(value=value, slice=ast.Tuple(elts=places)):
            for other in (*_other_places([*map(_unwrapped, places)]), *_other_places(places)):
                yield ast.Subscript(value, other[0] if len(other) == 1 else ast.Tuple(other), ast.Load())


def _unwrapped(place: ast.expr) -> ast.expr:
    """A place without the modulo that makes it fit another axis than its own."""
    match place:
        case ast.BinOp(left=left, op=ast.Mod()):
            return left
    return place


def _other_places(places: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """Yield the places of a value with two neighbours exchanged, without one, and with the first for one."""
    for at, place in enumerate(places):
        before, after = places[:at], places[at + 1 :]
        if after:
            yield [*before, after[0], place, *after[1:]]
        yield [*before, *after]
        if isinstance(place, ast.Constant) and place.value:
            yield [*before, ast.Constant(0), *after]
