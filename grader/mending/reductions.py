"""The step that takes channels together, read as the sum over channels that is meant there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grader.mending.carrying import Part, carrying
from grader.mending.edits import LONGEST, read_otherwise, told, with_node
from grader.mending.leaving import expressions
from grader.mending.trouble import LARGEST, bound
from grader.records.submission import Chunk, Module, Slice

TAKEN = {  # functions that take values together, and what they take of products
    **dict.fromkeys(("sum", "nansum"), "sum"),
    **dict.fromkeys(("mean", "average", "nanmean"), "mean"),
    **dict.fromkeys(("max", "amax", "nanmax"), "largest product"),
    **dict.fromkeys(("min", "amin", "nanmin"), "smallest product"),
    **dict.fromkeys(("prod", "nanprod"), "product"),
    **dict.fromkeys(("median", "nanmedian"), "median"),
    **dict.fromkeys(("std", "nanstd"), "standard deviation"),
    **dict.fromkeys(("var", "nanvar"), "variance"),
    "norm": "norm",
    "logsumexp": "logarithm of a sum of exponentials",
    "cumsum": "sum so far",
    "argmax": "place of the largest product",
}
LIBRARIES = ("np", "numpy", "torch", "F", "jnp")
NAMED = ("axis", "dim")
CHANNELS = "channels"
NAMES = {  # of the axes of products, by those that the sum over channels is taken over
    "0": ((CHANNELS, "rows", "columns"), 3),
    "1": (("the batch", CHANNELS, "rows", "columns"), 4),
    "(0, 1)": (("the batch", CHANNELS, "rows", "columns"), 4),
    "-1": (("rows", "columns", CHANNELS), 3),
}
UNSUMMED = "the products are not summed over channels"
SQUARE = 2  # letters of einsum for a map: rows and columns


class Summed(NamedTuple):
    """A step that takes values together, what is meant there, and how it was taken, in words.

    It is "" where they are summed rightly, and an axis of one is left.
    """

    got: str
    want: str
    how: str
    modules: tuple[Module, ...]  # what is changed, to be run again
    chunk: Chunk
    line: int
    source: str


def summed(slice: Slice, name: str) -> Iterator[Summed]:
    """Yield each step of a function, and of those that it calls, read as a sum over channels."""
    for part in carrying(slice, name):
        if len(part.chunk.source) <= LARGEST:
            for node, other, how in _others(part):
                source = with_node(part.chunk.source, node, f"({ast.unparse(other)})")
                modules = tuple(changed(slice, name, part.chunk, source))
                got, want = (f"`{_told(each, node)}`" for each in (node, other))
                yield Summed(got, want, how, modules, part.chunk, node.lineno, source)


def changed(slice: Slice, name: str, old: Chunk, source: str) -> Iterator[Module]:
    """Yield the statement that is changed, and what is bound to the function's name after it."""
    new = read_otherwise(old, source)
    for module in slice.modules:
        again = [each for each in module.chunks if name in bound(each) and each is not old]
        chunks = [new] if old in module.chunks else []
        if chunks or again:
            yield Module(module.name, (*chunks, *again))


def _others(part: Part) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """Yield an expression, the sum in its place, and how the expression takes values together."""
    for statement in part.function.body:
        scales = _scales(statement)
        for node in (each for each in expressions(statement) if id(each) not in scales):
            for given, reducer, axis in _taken(node):
                if axis is None and not _is_product(given, part):
                    continue  # the ends of a map, or its sum: a range is made of them
                for right in NAMES:
                    how = _how(reducer, axis, right)
                    if how is not None:
                        yield node, sum_over(given, right), how
            yield from _letters(node)
    for node in _products(part):
        yield from ((node, sum_over(node, right), UNSUMMED) for right in NAMES)


def _scales(statement: ast.stmt) -> set[int]:
    """What values are divided by, or what is taken off them: it scales them, and is no map."""
    nodes = (node for node in ast.walk(statement) if isinstance(node, ast.BinOp))
    rights = [node.right for node in nodes if isinstance(node.op, ast.Div | ast.Sub)]
    return {id(each) for right in rights for each in ast.walk(right)}


def sum_over(given: ast.expr, right: str) -> ast.expr:
    """The sum of a value over an axis, as it is written."""
    axis = ast.parse(right, mode="eval").body
    return ast.Call(ast.Attribute(given, "sum", ast.Load()), [axis], [])


def _products(part: Part) -> Iterator[ast.expr]:
    """Yield what may be summed and is not: products, and what a name is bound to."""
    for node in ast.walk(part.function):
        match node:
            case ast.BinOp() | ast.Call() if multiplies(node):
                yield node
            case ast.Assign(targets=[ast.Name()], value=ast.Call() as value):
                yield value


def _is_product(given: ast.expr, part: Part) -> bool:
    """Whether a value is of products, or a name that is bound to some."""
    name = getattr(given, "id", "")
    assigns = (node for node in ast.walk(part.function) if isinstance(node, ast.Assign))
    made = [node.value for node in assigns if any(getattr(to, "id", "") == name for to in node.targets)]
    return any(multiplies(each) for value in (given, *made) for each in _chain(value))


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    """Yield a value, and those that it is a part or a method's result of."""
    yield node
    match node:
        case ast.Subscript(value=value) | ast.Attribute(value=value) | ast.Call(func=value):
            yield from _chain(value)


def multiplies(node: ast.AST) -> bool:
    """Whether a piece of code is a product."""
    match node:
        case ast.BinOp(op=ast.Mult()) | ast.Call(func=ast.Attribute(attr="multiply" | "mul")):
            return True
    return False


def _taken(node: ast.expr) -> Iterator[tuple[ast.expr, str, ast.expr | None]]:
    """Yield what is taken together by a call, by which function and over which axis.

    Of the pair that PyTorch gives it is the first.
    """
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args) if name in TAKEN:
            of_library = _root(owner) in LIBRARIES
            given = [*args] if of_library else [owner, *args]
            if given:
                yield given[0], name, _axis(node, given[1:])
        case ast.Call(func=ast.Name(id=name), args=[given, *rest]) if name in TAKEN:
            yield given, name, _axis(node, rest) or ast.Constant(0)
        case (
            ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=0))
            | ast.Attribute(value=ast.Call() as call, attr="values")
        ):
            yield from _taken(call)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _axis(call: ast.Call, rest: Sequence[ast.expr]) -> ast.expr | None:
    """The axis that a call names, or is given first; None where it takes everything together."""
    return next((each.value for each in call.keywords if each.arg in NAMED), next(iter(rest), None))


def _how(reducer: str, axis: ast.expr | None, right: str) -> str | None:
    """How values are taken together, where `right` are channels; None where they are summed rightly."""
    names, many = NAMES[right]
    what = TAKEN[reducer]
    try:
        given = range(many) if axis is None else ast.literal_eval(axis)
        over = [names[each] for each in ([given] if isinstance(given, int) else given)]
    except (ValueError, TypeError, IndexError, SyntaxError, MemoryError, RecursionError):
        return None
    if over == [CHANNELS]:
        alike = what in ("sum", "mean")
        return f"the {what} is taken instead of the sum" if not alike else "" if right == "(0, 1)" else None
    alone = " alone" if CHANNELS in over else ""
    told = " and ".join((", ".join(over[:-1]), over[-1]) if over[1:] else over)
    return f"the {what} is taken over {told}, not {'' if what == 'sum' else 'the sum '}over {CHANNELS}{alone}"


def _letters(node: ast.expr) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """Yield einsum with the letters of rows and columns for what it gives."""
    match node:
        case ast.Call(func=function, args=[ast.Constant(value=str(letters)), *rest]) if (
            _named(function) == "einsum" and "->" in letters
        ):
            given, _, made = letters.replace(" ", "").partition("->")
            places = max(given.split(","), key=len)[-SQUARE:]
            lost = [
                name for name, letter in zip(("rows", "columns"), places, strict=False) if letter not in made
            ]
            how = f"the sum is taken over {' and '.join(lost)}, not over {CHANNELS}" if lost else UNSUMMED
            if made != places:
                other = ast.Constant(f"{given}->{places}")
                yield node, ast.Call(function, [other, *rest], node.keywords), how


def _told(node: ast.expr, old: ast.expr) -> str:
    """A piece of code as it is told: of a long one its last call alone, for that differs."""
    text = ast.unparse(node)
    if len(ast.unparse(old)) <= LONGEST:
        return text
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name()) as called, args=[_, *rest], keywords=named):
            return ast.unparse(ast.Call(called, [ast.Constant(...), *rest], named))
        case ast.Call(func=ast.Attribute(attr=name), args=args, keywords=named):
            return ast.unparse(ast.Call(ast.Attribute(ast.Name("(...)"), name), args, named))
    return told(node)


def _named(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))
