"""A loop over numbers that goes one round too few, or one too many: read as the one that was meant.

A guess: it counts only where a whole network runs with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from grader.mending.edits import Mend, function_at, number_in, with_node, with_source
from grader.mending.trouble import LARGEST, MISFITS, Trouble, chunks_at, tree
from grader.records.reason import Place
from grader.records.submission import Slice

MOST = 4  # ranges that are tried: each costs a run of the submission
STEPS = ((-1, 1), (-1, -1), (0, 1), (0, -1))  # which argument, and by how much: the end first


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The ranges of the functions that raise or call what raises, each one longer or shorter.

    A block that is passed by shows where the next one, or a skip, joins.
    """
    if any(words in trouble.message for words in MISFITS):
        yield from islice(_changed(trouble, slice), MOST)


def _changed(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    for place in (trouble.place, *trouble.place.callers) if trouble.place else ():
        for _, chunk in chunks_at(slice, place):
            function = function_at(tree(chunk), place.line - chunk.line + 1)
            if function is None or len(chunk.source) > LARGEST:
                continue
            for call, text in _others(function):
                words = f"`{ast.unparse(call)}` read as `{text}`"
                made = Place(chunk.label, chunk.line + call.lineno - 1)
                source = with_node(chunk.source, call, text)
                yield Mend(with_source(slice, chunk, source), words, made=made, whole=True)


def _others(function: ast.FunctionDef) -> Iterator[tuple[ast.Call, str]]:
    """The ranges that loops go through, with an end or a beginning beside the one that is written."""
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For)]
    for at, step in STEPS:
        for loop in loops:
            match loop.iter:
                case ast.Call(func=ast.Name(id="range"), args=[_] | [_, _] as args, keywords=[]):
                    number = number_in(args[at])
                    if number is not None and not (at == 0 and len(args) == 1):
                        new = list(args)
                        new[at] = ast.Constant(number + step)
                        yield loop.iter, f"range({', '.join(map(ast.unparse, new))})"
