"""A name under which something is kept, one off where it is computed or listed: read as the one looked up.

A guess: it counts only where a whole network runs with it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import chain, islice

import re2

from grader.mending.edits import Mend, number_in, with_node, with_source
from grader.mending.keys import LACKS, as_written
from grader.mending.trouble import LARGEST, MISFITS, Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Slice

MOST = 6  # of all that is tried: each costs a run of the submission
LONGEST = 60  # characters of a name or a key
FILLED = re2.compile(r"%[\d.]*[a-z]|\{[^}]*\}")  # what a text leaves open for a value
NAMED = {"setattr": 1, "setdefault": 0, "add_module": 0, "register_module": 0}  # by call: where the name is


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The names that may be the missing one, with a number in each one more or one less."""
    if any(words in trouble.message for words in MISFITS):  # under the key stands another map
        yield from islice(_changed(slice, _entered, _beside), MOST)
    elif 0 < len(wanted := _wanted(trouble)) <= LONGEST:
        ways = (
            _changed(slice, _keys, lambda key: _beside(key) if _may_be(key, wanted) else iter(())),
            _changed(slice, _listed, lambda key: _instead(key, wanted)),
        )
        yield from islice(chain.from_iterable(ways), MOST)


def _wanted(trouble: Trouble) -> str:
    """The key or the attribute that is not there; "" where it is something else."""
    if trouble.kind == "AttributeError" and LACKS in trouble.message and len(trouble.names) > 1:
        return trouble.names[1]
    return trouble.message.strip("'\"") if trouble.kind == "KeyError" else ""


def _changed(
    slice: Slice,
    keys: Callable[[ast.AST], Iterator[ast.expr]],
    others: Callable[[ast.expr], Iterator[str]],
) -> Iterator[Mend]:
    for chunk in (chunk for module in slice.modules for chunk in module.chunks):
        for key in keys(tree(chunk)) if len(chunk.source) <= LARGEST else ():
            for text in others(key):
                words = f"`{as_written(ast.unparse(key))[:LONGEST]}` read as `{text[:LONGEST]}`"
                made = Place(chunk.label, chunk.line + key.lineno - 1)
                source = with_node(chunk.source, key, text)
                yield Mend(with_source(slice, chunk, source), words, made=made, whole=True)


def _keys(parsed: ast.AST) -> Iterator[ast.expr]:
    """What things are kept under: in a dictionary, or as attributes."""
    for node in ast.walk(parsed):
        match node:
            case ast.Subscript(slice=key, ctx=ast.Store()) | ast.DictComp(key=key):
                yield key
            case ast.Dict(keys=keys):
                yield from (key for key in keys if key is not None)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in NAMED:
                yield from args[NAMED[name] :][:1]


def _entered(parsed: ast.AST) -> Iterator[ast.expr]:
    """What is kept under a computed key in a dictionary that has a name."""
    for node in ast.walk(parsed):
        match node:
            case ast.Subscript(value=ast.Name(), slice=key, ctx=ast.Store()) if not isinstance(
                key, ast.Tuple
            ):
                yield key


def _listed(parsed: ast.AST) -> Iterator[ast.expr]:
    """The names that are listed, as those of the layers to be watched."""
    for node in (node for node in ast.walk(parsed) if isinstance(node, ast.Tuple | ast.List)):
        yield from (each for each in node.elts if isinstance(each, ast.Constant))


def _instead(key: ast.expr, wanted: str) -> Iterator[str]:
    """A name that is one character off."""
    name = key.value if isinstance(key, ast.Constant) else None
    if isinstance(name, str) and len(name) == len(wanted):
        off = sum(one != other for one, other in zip(name, wanted, strict=True))
        yield from [repr(wanted)] if off == 1 else []


def _may_be(key: ast.expr, wanted: str) -> bool:
    """Whether a name that is computed may come to be another, by what of it is written."""
    texts = [node.value for node in ast.walk(key) if isinstance(node, ast.Constant)]
    fixed = [piece for text in texts if isinstance(text, str) for piece in FILLED.split(text)]
    return all(piece in wanted for piece in fixed) if any(fixed) else wanted.isdigit()


def _beside(key: ast.expr) -> Iterator[str]:
    """A name with each of its numbers one more, then one less."""
    many = len(list(_numbers(ast.parse(ast.unparse(key)))))
    for step in (1, -1):
        for at in range(many):
            other = ast.parse(ast.unparse(key))
            number = list(_numbers(other))[at]
            yield ast.unparse(_Exchanging(number, _moved(number, step)).visit(other))


def _numbers(node: ast.AST) -> Iterator[ast.expr]:
    """The variables in a computed name, each with the number that is added to it."""
    match node:
        case ast.Name() | ast.BinOp(ast.Name(), ast.Add() | ast.Sub(), ast.Constant(value=int())):
            yield node
        case ast.Call(func=ast.Name()):
            for each in node.args:
                yield from _numbers(each)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _numbers(child)


def _moved(number: ast.expr, step: int) -> ast.expr:
    """A variable with one more, or one less, than is added to it."""
    added, name = step, number
    if isinstance(number, ast.BinOp):
        added += (number_in(number.right) or 0) * (1 if isinstance(number.op, ast.Add) else -1)
        name = number.left
    if not added:
        return name
    return ast.BinOp(name, ast.Add() if added > 0 else ast.Sub(), ast.Constant(abs(added)))


class _Exchanging(ast.NodeTransformer):
    """Puts one piece of code in the place of another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the other piece for the one that goes, and all else as it is."""
        return self.new if node is self.old else super().generic_visit(node)
