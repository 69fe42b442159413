"""Statements taken out of a function, to be read as if they stood above it, or in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.intake.code.names import FUNCTIONS, children, names, parameters, sequence, walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = Function | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Nest:
    """A definition that stands in functions or classes, the outermost first."""

    scopes: tuple[Scope, ...]
    node: Scope

    @property
    def function(self) -> Function | None:
        """The function whose body it is in."""
        inner = self.scopes[-1]
        return None if isinstance(inner, ast.ClassDef) else inner


def nest(statement: ast.stmt, name: str) -> Nest | None:
    """The last definition of a name within a statement, if it is in a function or a class there."""
    found, stack = None, [(statement, tuple[Scope, ...]())]
    while stack:
        node, scopes = stack.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found = Nest(scopes, node) if node.name == name and scopes else found
            scopes = (*scopes, node)
        stack += [(each, scopes) for each in children(node)[::-1] if isinstance(each, ast.stmt)]
    return found


def inner(statement: ast.stmt) -> list[ast.ClassDef]:
    """The classes that are defined within a function or a class."""
    nodes = walk(statement) if isinstance(statement, (*FUNCTIONS, ast.ClassDef)) else ()
    return [node for node in nodes if isinstance(node, ast.ClassDef) and node is not statement]


def needed(found: Nest) -> list[ast.stmt] | None:
    """The statements of the function around a definition that it can't do without, in their order.

    None where it depends on what the function is given, or on what functions around it hold.
    """
    function = found.function
    assert function is not None
    taken, wants = set[int](), {found.node.name}
    outer = {name for scope in found.scopes[:-1] for name in _locals(scope)}
    given = set(parameters(function)) | outer
    while wants:
        name = wants.pop()
        binding = [at for at, each in enumerate(function.body) if name in names(each).binds]
        if name in given or any(isinstance(function.body[at], ast.Return) for at in binding):
            return None
        for at in set(binding) - taken:
            taken.add(at)
            made = names(function.body[at])
            wants |= (made.reads | made.later) & ({*_locals(function), *given} - made.sure)
    return [function.body[at] for at in sorted(taken)]


def stays(function: Function, moved: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Those of the statements taken out that the function keeps too, as it binds their names anew."""
    rest = sequence(each for each in function.body if each not in moved).binds
    return [each for each in moved if names(each).binds & rest]


def _locals(scope: Scope) -> Iterator[str]:
    if isinstance(scope, FUNCTIONS):
        yield from parameters(scope)
        yield from sequence(scope.body).binds


def opened(function: Function) -> list[ast.stmt]:
    """What a function that is called once and given nothing does, as statements of their own."""
    return [each for each in function.body if not isinstance(each, ast.Return)]


def is_called_alone(nodes: Iterable[ast.stmt], name: str) -> bool:
    """Whether a statement calls a function, gives it nothing and takes nothing from it: `main()`."""
    for node in nodes:
        match node:
            case ast.Expr(ast.Call(ast.Name(called), [], [])) if called == name:
                return True
    return False


def gives(function: Function, name: str) -> bool:
    """Whether a function returns what it calls by a name, or what it makes by that."""
    known = {name}
    for node in walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(bound)], value=value) if _leads(value, known):
                known.add(bound)
    return any(
        isinstance(node, ast.Return) and node.value and _leads(node.value, known) for node in walk(function)
    )


def _leads(value: ast.expr, known: set[str]) -> bool:
    """Whether a value is one of these, or what calling it or its methods gives: `net.to(device)`."""
    while isinstance(value, ast.Call | ast.Attribute):
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and value.id in known
