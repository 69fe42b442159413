"""The statements that compute `weight_fc`, wherever in the last cell they stand and whatever it is called."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterator, Sequence

from grader.assignment import MAP, WEIGHT
from grader.intake.code.effects import path, root, running
from grader.intake.code.names import names, walk
from grader.intake.code.program import Program
from grader.intake.code.statements import Statement
from grader.records.submission import Chunk

ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
ARRAYS = ("numpy", "torch", "copy")  # libraries whose functions turn a layer's weight into an array
AS_ARRAY = {"data", "detach", "cpu", "numpy", "clone", "contiguous", "float"}  # of a tensor
ARRAY_OF = {"np.array", "np.asarray", "numpy.array", "numpy.asarray", "torch.from_numpy"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def weight_chunks(program: Program, cell: list[Statement], bodies: list[Statement]) -> tuple[Chunk, ...]:
    """What binds `weight_fc` in the last cell, in functions it calls, or above; else what returnCAM is given.

    With it comes what it is computed from in the same block, up to the model, which is not built again.
    """
    above = [each for each in program.statements if not isinstance(each.node, DEFINITIONS)]
    places = (cell, bodies, above)
    for place in places:
        if found := _bound(program, place, WEIGHT):
            return found
    for place in (cell, bodies):
        for statement, call in reversed(_cam_calls(place)):
            if (value := _second(call)) is None:
                continue
            last = Chunk(statement.label, value.lineno, f"{WEIGHT} = {ast.unparse(value)}")
            name = value.id if isinstance(value, ast.Name) else ""
            first = next(filter(None, (_bound(program, where, name) for where in places)), ())
            return (*first, last)
    return ()


def binds(node: ast.AST, name: str) -> bool:
    """Whether a node is an assignment to a name."""
    return isinstance(node, ASSIGNMENTS) and name in names(node).binds


def worked_out(chunks: Sequence[Chunk]) -> Chunk | None:
    """The statement that works out what the last one binds: what only makes an array of it is passed by."""
    left = [(chunk, ast.parse(chunk.source).body[0]) for chunk in chunks]
    while left:
        chunk, node = left.pop()
        name = _converted(node.value) if isinstance(node, ast.Assign | ast.AnnAssign) else ""
        earlier = [number for number, (_, each) in enumerate(left) if binds(each, name)]
        if not earlier:
            return chunk
        left = left[: earlier[-1] + 1]
    return None


def _converted(value: ast.expr | None) -> str:
    """The name of which nothing but an array is made, "" for anything else."""
    match value:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=how) if how in AS_ARRAY:
            return _converted(inner)
        case ast.Call(func=ast.Attribute() as function, args=[]):
            return _converted(function)
        case ast.Call(func=function, args=[inner]) if path(function) in ARRAY_OF:
            return _converted(inner)
    return ""


def _cam_calls(statements: Sequence[Statement]) -> list[tuple[Statement, ast.Call]]:
    return [
        (statement, node)
        for statement in statements
        for node in walk(statement.node)
        if isinstance(node, ast.Call) and path(node.func).rpartition(".")[2] == MAP
    ]


def _second(call: ast.Call) -> ast.expr | None:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    return call.args[1] if len(call.args) > 1 else given.get(WEIGHT)


# --- blocks ---------------------------------------------------------------------------------------


def _bound(program: Program, statements: Sequence[Statement], name: str) -> tuple[Chunk, ...]:
    """The assignments to a name in the block that holds the last of them."""
    labels = {label: number for number, label in enumerate(program.labels)}
    last, place = None, (-1, -1)
    for statement, block in _blocks(program, statements):
        lines = [node.lineno for node in block if binds(node, name)]
        if lines and (labels[statement.label], max(lines)) >= place:
            last, place = (statement, block), (labels[statement.label], max(lines))
    if last is None:
        return ()
    statement, block = last
    return tuple(statement.chunk(block[at]) for at in _needed(program, block, name))


def _blocks(program: Program, statements: Sequence[Statement]) -> Iterator[tuple[Statement, list[ast.stmt]]]:
    """The lists of statements that statements are in or have in them, each with one of its statements."""
    cells: dict[str, list[ast.stmt]] = defaultdict(list)
    for each in program.statements:
        cells[each.label].append(each.node)
    yield from ((first, cells[label]) for label, first in {each.label: each for each in statements}.items())
    for statement in statements:
        for node in walk(statement.node):
            for part in ("body", "orelse", "finalbody"):
                block = getattr(node, part, None)
                if isinstance(block, list):
                    yield statement, block


def _needed(program: Program, block: list[ast.stmt], name: str) -> list[int]:
    """The assignments to a name in a block, and those it is computed from."""
    found = {at for at, node in enumerate(block) if binds(node, name)}
    reads: set[str] = set()
    for at in range(max(found), -1, -1):
        node = block[at]
        if isinstance(node, ASSIGNMENTS) and names(node).binds & reads and _is_plain(program, node):
            found.add(at)
        if at in found:
            reads |= names(node).reads
    return sorted(found)


def _is_plain(program: Program, node: ast.stmt) -> bool:
    """Whether a statement only takes things apart, and neither builds a model nor runs one."""
    return all(_takes_apart(program, part.func) for part in running([node]) if isinstance(part, ast.Call))


def _takes_apart(program: Program, function: ast.expr) -> bool:
    head = path(function).split(".")[0] or root(function) or ""
    if head in program.foreign:
        return program.foreign[head].split(".")[0] in ARRAYS and ".hub." not in path(function)
    if isinstance(function, ast.Attribute):
        return True
    return head in dir(builtins) and head not in program.binders
