"""What stands in another order than it must: a value above the statement that makes it, sizes of a shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import combinations

from grader.mending.edits import Mend, Span, function_at, is_simple, with_node, with_source, with_text
from grader.mending.trouble import Trouble, line_in, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

UNBOUND = ("NameError", "UnboundLocalError")
SIZES = 4  # names that the shape of features is unpacked into
PAIR = 2  # names that what sorts or takes the largest is unpacked into: values, then indices
LONGEST = 60  # characters of code that are told


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of order that may end a trouble within a function."""
    line = line_in(trouble, chunk)
    function = function_at(tree(chunk), line)
    if function is None:
        return
    if trouble.kind in UNBOUND and trouble.names:
        yield from _made_below(slice, chunk, function, line, trouble.names[0])
    if trouble.kind in ("ValueError", "RuntimeError"):
        yield from _unpacked(slice, chunk, function, line, SIZES)
    if trouble.kind in ("TypeError", "IndexError"):
        yield from _unpacked(slice, chunk, function, line, PAIR)


def _made_below(
    slice: Slice, chunk: Chunk, function: ast.FunctionDef, line: int, name: str
) -> Iterator[Mend]:
    """A value that is made further down in the same block, made before it is needed."""
    for block, at in _around(function, line):
        for node in block[at + 1 :]:
            match node:
                case ast.Assign(targets=[ast.Name(id=bound)]) if bound == name:
                    made = ast.unparse(node)
                    words = f"`{made[:LONGEST]}`, which stands below, read as if it stood above"
                    for span, text in _before(block, at, made):
                        source = with_text(chunk.source, [span], text)
                        yield Mend(with_source(slice, chunk, source), words)


def _around(function: ast.FunctionDef, line: int) -> Iterator[tuple[list[ast.stmt], int]]:
    """The blocks that a line lies in, the innermost first, each with the place of its statement there."""
    blocks = [getattr(node, name, []) for node in ast.walk(function) for name in ("body", "orelse")]
    for block in reversed([each for each in blocks if isinstance(each, list)]):
        for at, statement in enumerate(block):
            if statement.lineno <= line <= (statement.end_lineno or 0):
                yield block, at


def _before(block: list[ast.stmt], at: int, code: str) -> Iterator[tuple[Span, str]]:
    """Where code can stand, on a line that is there, to run before a statement; and what is written there.

    No `if` or loop shares a line with what stands before it.
    """
    if is_simple(block[at]):
        line, column = block[at].lineno, block[at].col_offset
        yield (line - 1, column, column), f"{code}; "
    elif at and is_simple(block[at - 1]):
        line, column = block[at - 1].end_lineno or 0, block[at - 1].end_col_offset or 0
        yield (line - 1, column, column), f"; {code}"


def _unpacked(slice: Slice, chunk: Chunk, function: ast.FunctionDef, line: int, many: int) -> Iterator[Mend]:
    """The sizes of a shape, or values and indices, under each other's names, where all runs then."""
    for node in (node for node in function.body if node.lineno < line):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names) as target]) if len(names) == many and _last(
                function, names
            ):
                for one, other in combinations(range(many), 2):
                    swapped = list(names)
                    swapped[one], swapped[other] = names[other], names[one]
                    text = ", ".join(map(ast.unparse, swapped))
                    words = f"`{ast.unparse(target)}` read as `{text}`"
                    source = with_node(chunk.source, target, text)
                    made = Place(chunk.label, chunk.line + node.lineno - 1)
                    yield Mend(with_source(slice, chunk, source), words, made=made, whole=True)


def _last(function: ast.FunctionDef, names: Sequence[ast.expr]) -> bool:
    """Whether nothing else is given these names but what is made of it: else their order is not the slip."""
    told = {ast.unparse(name) for name in names}
    nodes = list(ast.walk(function))
    made = [node.targets[0] for node in nodes if isinstance(node, ast.Assign) and _of_itself(node)]
    stored = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    own = [node.id for node in stored if node.id in told and node not in made]
    return len(own) == len(told) == len(names)


def _of_itself(node: ast.Assign) -> bool:
    """Whether a statement gives a name what is made of the value that it had."""
    read = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id in read
