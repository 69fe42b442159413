"""An axis that no map has, whose size a crop asks for or along which it cuts, read as the one meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.assignment import FCN32S, MODELS
from grader.diagnosis.payers import LineName
from grader.mending import own
from grader.mending.edits import Mend, function_at, number_in, with_node, with_source
from grader.mending.keys import as_written
from grader.mending.trouble import Trouble, chunks_at, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

SAID = (
    "Dimension out of range",
    "tuple index out of range",
    "too many indices for tensor",
    "not enough values",
)
AXES = 4  # of a map
LAST = (3, 2)  # what is meant where the place does not tell


def mends(trouble: Trouble, slice: Slice, target: str, chunk: Chunk) -> Iterator[Mend]:
    """The crops of a line that raises, by the axes there are; else the sizes that it asks for."""
    if target not in MODELS or not trouble.message.startswith(SAID):
        return
    for node, text in _changed(on_line(trouble, chunk)):
        words = f"`{as_written(ast.unparse(node))}` read as `{text}`"
        source = with_node(chunk.source, node, text)
        made = Place(chunk.label, chunk.line + node.lineno - 1)
        lines = (_line(trouble, slice, target, node),)
        yield Mend(with_source(slice, chunk, source), words, made=made, lines=lines)


def _changed(nodes: list[ast.AST]) -> Iterator[tuple[ast.expr, str]]:
    """What is cut along the axes that a map has, the whole of a crop before a part of it."""
    for node in (node for node in nodes if isinstance(node, ast.Subscript | ast.Call)):
        written = ast.unparse(node)
        text = ast.unparse(_Cutting().visit(_copy(node)))
        if text != written and _asks_beyond(node):
            yield node, text
    for statement in (node for node in nodes if isinstance(node, ast.stmt)):
        yield from _sizes(statement)
        yield from _taken_apart(statement)


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body


class _Cutting(ast.NodeTransformer):
    """Lets each slice of a map ask for the size of its own axis, and what is narrowed be so along that."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Return a crop of rows and columns, each as long as its own axis is somewhere."""
        self.generic_visit(node)
        if isinstance(node.slice, ast.Tuple):
            node.slice.elts = _four(node.slice.elts)
            for axis, each in _placed(node.slice.elts):
                _Asking(axis).visit(each)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return what is narrowed along an axis that there is, and is as long as that is somewhere."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="narrow"), args=[*_, axis, start, length]):
                other = 3 if ".narrow(2" in ast.unparse(value) else 2
                wanted = number_in(axis)
                if wanted is not None:
                    wanted = other if is_beyond(axis) else wanted
                    node.args = [*node.args[:-3], ast.Constant(wanted), start, _Asking(wanted).visit(length)]
        return node


def _four(parts: list[ast.expr]) -> list[ast.expr]:
    """The parts of a subscript without the first that takes all, where there are too many."""
    many = len(parts) > AXES and not any(isinstance(part, ast.Constant) for part in parts)
    return parts[1:] if many and ast.unparse(parts[0]) == ":" else parts


def _placed(parts: list[ast.expr]) -> Iterator[tuple[int, ast.expr]]:
    """Slices with the axes that they are for, which come last of the map's."""
    if len(parts) == AXES or (parts and ast.unparse(parts[0]) == "..."):
        yield from zip(range(AXES - 1, 1, -1), reversed(parts), strict=False)


class _Asking(ast.NodeTransformer):
    """Asks for the size of one axis only."""

    def __init__(self, axis: int) -> None:
        self.axis = axis

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return a size that is asked for by its number."""
        self.generic_visit(node)
        if _is_asked(node):
            node.args, node.keywords = [ast.Constant(self.axis)], []
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Return a part of a shape."""
        self.generic_visit(node)
        if _is_part(node):
            node.slice = ast.Constant(self.axis)
        return node


def _is_asked(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether this is `map.size(number)`, or `map.size(dim=number)`."""
    match node:
        case ast.Call(func=ast.Attribute(attr="size"), args=[axis], keywords=[]):
            return number_in(axis) is not None
        case ast.Call(
            func=ast.Attribute(attr="size"), args=[], keywords=[ast.keyword(arg="dim", value=axis)]
        ):
            return number_in(axis) is not None
    return False


def _is_part(node: ast.AST) -> TypeGuard[ast.Subscript]:
    """Whether this is `map.shape[number]`, or `map.size()[number]`."""
    match node:
        case ast.Subscript(
            value=ast.Attribute(attr="shape") | ast.Call(func=ast.Attribute(attr="size"), args=[]), slice=axis
        ):
            return number_in(axis) is not None
    return False


def is_beyond(node: ast.expr) -> bool:
    """Whether a number is that of no axis of a map."""
    number = number_in(node)
    return number is not None and not -AXES <= number < AXES


def _asks_beyond(node: ast.expr) -> bool:
    """Whether a crop asks for the size of an axis that there is not, or cuts along one."""
    asked = [axis for each in ast.walk(node) for axis in _axes(each)]
    cut = [each.args[-3] for each in ast.walk(node) if _narrows(each)]
    many = (each for each in ast.walk(node) if isinstance(each, ast.Subscript))
    crowded = any(isinstance(each.slice, ast.Tuple) and len(each.slice.elts) > AXES for each in many)
    return crowded or any(map(is_beyond, (*asked, *cut)))


def _narrows(node: ast.AST) -> TypeGuard[ast.Call]:
    match node:
        case ast.Call(func=ast.Attribute(attr="narrow"), args=[_, _, _, *_]):
            return True
    return False


def _sizes(statement: ast.stmt) -> Iterator[tuple[ast.expr, str]]:
    """The sizes of a statement that are asked of an axis that there is not, as those of one not asked for."""
    nodes = [node for node in ast.walk(statement) if isinstance(node, ast.expr)]
    every = [(node, axis) for node in nodes for axis in _axes(node)]
    known = {ast.unparse(node) for node, _ in every}
    for node, _ in (each for each in every if is_beyond(each[1])):
        texts = [ast.unparse(_Asking(axis).visit(_copy(node))) for axis in LAST]
        yield node, next((text for text in texts if text not in known), texts[0])


def _taken_apart(statement: ast.stmt) -> Iterator[tuple[ast.expr, str]]:
    """A shape that has fewer sizes than names: its last ones, or all of them with one more."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if _is_shape(value):
            whole = ast.unparse(value.value if isinstance(value, ast.Subscript) else value)
            text = f"{whole}[-{len(names)}:]" if len(names) <= AXES else f"(*{whole}, 0)"
            if len(names) <= AXES + 1 and text != ast.unparse(value):
                yield value, text


def _is_shape(node: ast.expr) -> bool:
    """Whether this is `map.shape`, `map.size()`, or a slice of it."""
    match node:
        case ast.Subscript(value=value, slice=ast.Slice()):
            return _is_shape(value)
        case ast.Attribute(attr="shape") | ast.Call(func=ast.Attribute(attr="size"), args=[], keywords=[]):
            return True
    return False


def _axes(node: ast.AST) -> Iterator[ast.expr]:
    """The axis whose size is asked for, if one is."""
    if _is_asked(node):
        yield node.args[0] if node.args else node.keywords[0].value
    elif _is_part(node):
        yield node.slice


# --- the line that it costs ------------------------------------------------------------------------


def _line(trouble: Trouble, slice: Slice, target: str, node: ast.expr) -> LineName:
    """The line of the crop that is meant: the output's, where no layer is applied below it."""
    if target == FCN32S.name or trouble.place is None:
        return "crop"
    for place in (*reversed(trouble.place.callers), trouble.place):
        for _, chunk in chunks_at(slice, place):
            function = function_at(tree(chunk), line := place.line - chunk.line + 1)
            if function is not None and function.name == "forward":
                early = _is_of_the_input(function, node, line) or not _goes_on(function, line)
                return "crop" if early else "skip_crops"
    return "crop"


def _goes_on(function: ast.FunctionDef, line: int) -> bool:
    """Whether a forward pass applies something of its own below a line."""
    return any(own.is_own(each) and each.lineno > line for each in ast.walk(function))


def _is_of_the_input(function: ast.FunctionDef, node: ast.expr, line: int) -> bool:
    """Whether what is asked for its size is what the forward pass was given."""
    given = function.args.args[-1].arg
    names = [each for each in ast.walk(function) if isinstance(each, ast.Name) and each.id == given]
    anew = any(isinstance(each.ctx, ast.Store) and each.lineno < line for each in names)
    asked = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    return given in asked and not anew
