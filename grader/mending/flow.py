"""Whether mends left the way through a network's functions as it was written.

Then what plays no part in what it returns plays none by the student's own hand, and is judged as it stands.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from grader.mending.trouble import LARGEST, tree
from grader.records.submission import Chunk, Slice

Step = tuple[str, bool]  # a name or a constant, and whether it is bound there
OWN, CONSTANT = "self", "="  # the name of a class's own, and what begins a constant
BINDING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr, ast.For)  # what is bound comes last


def is_kept(before: Slice, after: Slice) -> bool:
    """Whether all functions but constructors hand on what they did, in the same order.

    What they read beside that is of `self`, what was bound last, or what nothing had read.
    """
    old, new = _chunks(before), _chunks(after)
    olds, news = _without(old, new), _without(new, old)
    readable = len(olds) == len(news) and all(len(each.source) <= LARGEST for each in (*olds, *news))
    pairs = zip(olds, news, strict=True) if readable else ()
    return readable and all(_adds_only([*_steps(tree(one))], [*_steps(tree(other))]) for one, other in pairs)


def _chunks(slice: Slice) -> list[Chunk]:
    return [chunk for module in slice.modules for chunk in module.chunks if "def " in chunk.source]


def _without(chunks: Sequence[Chunk], others: Sequence[Chunk]) -> list[Chunk]:
    sources = {each.source for each in others}
    return [each for each in chunks if each.source not in sources]


def _adds_only(old: Sequence[Step], new: Sequence[Step]) -> bool:
    """Whether the new steps are the old ones, in their order, and some more that read what may be read."""
    bound = {name for name, is_bound in old if is_bound}
    unread = bound - {name for name, is_bound in old if not is_bound}
    left, last = [step for step in old if _counts(step, bound)][::-1], OWN
    for name, is_bound in (step for step in new if _counts(step, bound)):
        if left and left[-1] == (name, is_bound):
            left.pop()
        elif is_bound or name not in {OWN, last, *unread}:
            return False
        last = name if is_bound else last
    return not left


def _counts(step: Step, bound: Collection[str]) -> bool:
    """Whether a step hands something on: a name that no function binds is a library's, or a slip."""
    name, is_bound = step
    return is_bound or name in bound or name.startswith(CONSTANT)


def _steps(node: ast.AST) -> Iterator[Step]:
    """What the functions in a piece of code read and bind, in the order in which it is run."""
    if isinstance(node, ast.FunctionDef) and node.name == "__init__":
        return
    parts = list(ast.iter_child_nodes(node))
    if isinstance(node, BINDING):
        parts.sort(key=lambda part: isinstance(getattr(part, "ctx", None), ast.Store))
    for part in parts:
        yield from _steps(part)
    match node:
        case ast.Name(id=name, ctx=context) | ast.Attribute(attr=name, ctx=context):
            whole = name if isinstance(node, ast.Name) else f".{name}"
            yield whole, isinstance(context, ast.Store)
        case ast.arg(arg=name):
            yield name, True
        case ast.Constant(value=value):
            yield f"{CONSTANT}{value!r}", False
