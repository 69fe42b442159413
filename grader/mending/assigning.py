"""A line that binds a name to what it should not, or to nothing: `+=`, a comma, parentheses, no `h =`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from grader.mending.edits import Mend, function_at, told, with_node, with_source
from grader.mending.trouble import LARGEST, Trouble, line_in, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

UNBOUND = ("NameError", "UnboundLocalError")
MISLED = ("TypeError", "AttributeError", "RuntimeError", "ValueError", "error")  # the last is OpenCV's
MISFITS = ("channels, but got", "must match the size of tensor")  # what a step that lacks its input raises
MOST = 3  # of each kind that are tried: each costs a run of the submission
# What is called for what it does, and gives nothing back that could be kept.
EFFECTS = ("print", "__init__", "append", "update", "load_state_dict", "apply", "eval", "train", "show")
METHODS = ("float", "double", "numpy", "item", "detach", "clone", "cpu", "squeeze", "flatten", "copy")


def mends(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    """The statements that bind otherwise than they should, each as it should."""
    yield from _added(trouble, slice, chunk)
    if trouble.kind in UNBOUND and trouble.names and trouble.names[0].isidentifier():
        yield from islice(_not_kept(trouble, slice, chunk), MOST)
    if any(words in trouble.message for words in MISFITS):
        yield from islice(_thrown_away(trouble, slice, chunk), MOST)
    if trouble.kind in MISLED:
        yield from islice(_not_called(trouble, slice, chunk), MOST)
        yield from islice(_tuples(trouble, slice, module, chunk), MOST)


def _added(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """`h += f(h)` as `h = f(h)`; and whatever is added to a name that has no value yet."""
    line = line_in(trouble, chunk)
    for node in ast.walk(tree(chunk)):
        match node:
            case ast.AugAssign(op=ast.Add(), target=target, value=value) if node.lineno == line:
                name = ast.unparse(target)
                unbound = trouble.kind in UNBOUND and trouble.names[:1] == [name]
                unbound |= trouble.kind == "AttributeError" and trouble.names[1:] == [
                    name.removeprefix("self.")
                ]
                if unbound or _applied_to(value) == name:
                    text = f"{name} = {ast.unparse(value)}"
                    words = f"`{told(node)}` read as `{name} = {told(value)}`"
                    yield Mend(with_source(slice, chunk, with_node(chunk.source, node, text)), words)


def _not_kept(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """What is computed above and bound to nothing, as the name that has no value; the nearest first."""
    line = line_in(trouble, chunk)
    function = function_at(tree(chunk), line)
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Expr)] if function else []
    for node in sorted((node for node in nodes if node.lineno < line), key=lambda node: -node.lineno):
        if isinstance(node.value, ast.Call) and not _is_for_its_effect(node.value):
            text = f"{trouble.names[0]} = {ast.unparse(node.value)}"
            words = f"`{told(node.value)}`, which nothing keeps, read as {trouble.names[0]}"
            place = Place(chunk.label, chunk.line + node.lineno - 1)
            source = with_node(chunk.source, node, text)
            yield Mend(with_source(slice, chunk, source), words, made=place)


def _thrown_away(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """What is applied above to a name and bound to nothing, as that name; the nearest first."""
    line = line_in(trouble, chunk)
    function = function_at(tree(chunk), line)
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Expr)] if function else []
    for node in sorted((node for node in nodes if node.lineno < line), key=lambda node: -node.lineno):
        for name in _names_for(node, function):
            words = (
                f"`{told(node.value)}`, whose result is thrown away, read as `{name} = {told(node.value)}`"
            )
            place = Place(chunk.label, chunk.line + node.lineno - 1)
            source = with_node(chunk.source, node, f"{name} = {ast.unparse(node.value)}")
            yield Mend(with_source(slice, chunk, source), words, made=place)


def _names_for(thrown: ast.Expr, function: ast.AST | None) -> list[str]:
    """The names that may keep a result: the one that is applied, and the one that the next line binds."""
    applied = _applied_to(thrown.value)
    nodes = ast.walk(function) if applied and function else ()
    bound = [(node.lineno, node.targets[0]) for node in nodes if isinstance(node, ast.Assign)]
    below = sorted(
        (line, each.id) for line, each in bound if isinstance(each, ast.Name) and line > thrown.lineno
    )
    return list(dict.fromkeys(filter(None, (applied, *(name for _, name in below[:1])))))


def _applied_to(node: ast.expr) -> str:
    """The name that calls, or a cut, are applied to; "" where they are for their effect, or of no name."""
    match node:
        case ast.Name(id=name):
            return "" if name == "self" else name
        case ast.Call(func=ast.Attribute(value=ast.Call() as before)):
            return _applied_to(before)
        case ast.Call(args=[first, *_]) if not _is_for_its_effect(node):
            return _applied_to(first)
        case ast.Subscript(value=value) | ast.Tuple(elts=[value]):
            return _applied_to(value)
    return ""


def _is_for_its_effect(call: ast.Call) -> bool:
    """Whether a call is of a function for its effect, or of a method that works in place."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name in EFFECTS or name.endswith("_")


def _not_called(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A function's method without its parentheses, called."""
    if "method" not in trouble.message:
        return
    nodes = list(ast.walk(tree(chunk)))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in METHODS and id(node) not in called:
            words = f"`{told(node)}` read as `{told(node)}()`"
            place = Place(chunk.label, chunk.line + node.lineno - 1)
            source = with_node(chunk.source, node, f"{ast.unparse(node)}()")
            yield Mend(with_source(slice, chunk, source), words, made=place)


def _tuples(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    """The tuples of one value as the value: in the function, in the statement, in the module."""
    line = line_in(trouble, chunk)
    function = function_at(tree(chunk), line)
    inside = [*_of_one(function), *_of_one(tree(chunk))] if function else _of_one(tree(chunk))
    found = [(chunk, node) for node in sorted(inside, key=lambda node: node.lineno > line)]
    others = (each for each in module.chunks if each is not chunk and len(each.source) <= LARGEST)
    found += ((each, node) for each in others for node in _of_one(tree(each)))
    for (each, _), node in {(each, node.lineno): node for each, node in found}.items():
        value = node.elts[0]
        words = f"`{told(value)}` read without the comma behind it, which makes a tuple of it"
        place = Place(each.label, each.line + node.lineno - 1)
        source = with_node(each.source, node, ast.unparse(value))
        yield Mend(with_source(slice, each, source), words, made=place)


def _of_one(parsed: ast.AST) -> list[ast.Tuple]:
    """The tuples of one that are bound or given back."""
    nodes = (node for node in ast.walk(parsed) if isinstance(node, ast.Assign | ast.Return))
    values = (node.value for node in nodes)
    ones = (value for value in values if isinstance(value, ast.Tuple) and len(value.elts) == 1)
    return [value for value in ones if not isinstance(value.elts[0], ast.Starred)]  # `*h,` needs its comma
