"""One class or function for several networks, told apart by what it is given: `FCN(12, stride=8)`.

Each becomes a name of its own, bound to the one with these arguments, where every call says by a number
which network it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import re2

from grader.intake.code.effects import path
from grader.intake.code.excerpts import text_of
from grader.intake.code.names import walk
from grader.intake.code.naming import NUMBERS, runs
from grader.intake.code.nested import added
from grader.intake.code.statements import Source, Statement
from grader.records.reason import Place

CLASSES = re2.compile(r"(?i)class|categor|label|out")  # the parameter that holds their number
N_CLASS = 12  # as the assignment has it
DIGITS = re2.compile(r"\d+")
Sources = tuple[Source, ...]
Maker = ast.ClassDef | ast.FunctionDef


class Variant(NamedTuple):
    """A network that a call makes: by which class or function, with what beside the number of classes."""

    target: str
    maker: str
    text: str  # of the call
    fixed: str
    own: str  # what it is read as
    file: int  # the number of the one that it stands in
    place: Place


def told_apart(files: Sequence[Sources], missing: Sequence[str]) -> tuple[list[Sources], dict[str, Variant]]:
    """The texts with each missing network under its own name, and what it was; {} where none is told."""
    numbered = [(number, source) for number, sources in enumerate(files) for source in sources]
    made = [(number, each) for number, source in numbered for each in source.parsed[0]] if missing else []
    makers = _makers([each.node for _, each in made])
    found = [one for number, each in made for one in _variants(number, each, makers, missing)]
    last = {one.target: one for one in found}  # what is trained last
    if (
        len(last) < 2
        or len({one.maker for one in found}) > 1
        or len({one.fixed for one in found}) != len(last)
    ):
        return list(files), {}
    return [tuple(_bound(_called(each, found), last) for each in file) for file in files], last


def _makers(nodes: Sequence[ast.stmt]) -> dict[str, Maker]:
    """The classes that may be networks, and the functions that make one of them."""
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef) and runs(node)}
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    return classes | {
        name: each for name, each in functions.items() if not classes.keys().isdisjoint(_given(each))
    }


def _given(function: ast.FunctionDef) -> Iterator[str]:
    """The names in what a function returns, and in what a name that it returns was bound to."""
    nodes = list(walk(function))
    returned = [node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None]
    names = {part.id for value in returned for part in walk(value) if isinstance(part, ast.Name)}
    bound = [node for node in nodes if isinstance(node, ast.Assign)]
    kept = [node.value for node in bound if not names.isdisjoint(_binds(node))]
    yield from names
    yield from (part.id for value in kept for part in walk(value) if isinstance(part, ast.Name))


def _variants(
    file: int, statement: Statement, makers: Mapping[str, Maker], missing: Sequence[str]
) -> Iterator[Variant]:
    """The networks that a statement makes, or names, where it says which they are."""
    nodes = () if isinstance(statement.node, Maker) else walk(statement.node)
    calls = (node for node in nodes if isinstance(node, ast.Call))
    for node, call in ((node, call) for node in calls if (call := _made(node)) is not None):
        name = path(call.func)
        given = _arguments(makers[name], call) if name in makers else None
        if given is None:
            continue
        fixed = {key: value for key, value in given.items() if not _counts(key, value)}
        free = {key: value for key, value in given.items() if _counts(key, value)}
        text, place = text_of(statement.lines, node), Place(statement.label, call.func.lineno)
        for target in _said(map(ast.unparse, fixed.values()), _binds(statement.node), missing):
            own = f"{target}({_written(free)})" if call is node else target
            yield Variant(target, name, text, _written(fixed), own, file, place)


def _made(node: ast.Call) -> ast.Call | None:
    """A call by a name, or the one that `partial(...)` prepares."""
    match node:
        case ast.Call(func=function, args=[ast.Name() as made, *rest]) if path(function).endswith("partial"):
            return ast.Call(made, rest, node.keywords)
        case ast.Call(func=ast.Name()):
            return node
    return None


def _arguments(maker: Maker, call: ast.Call) -> dict[str, ast.expr] | None:
    """What a call gives, by the names of the maker's parameters; None where that can't be told."""
    function = _constructor(maker)
    if function is None or (function.args.vararg and call.args):
        return None
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    names = names[1:] if isinstance(maker, ast.ClassDef) else names
    starred = any(isinstance(each, ast.Starred) for each in call.args) or any(
        not each.arg for each in call.keywords
    )
    if starred or function.args.posonlyargs or len(call.args) > len(names):
        return None
    named = {each.arg: each.value for each in call.keywords if each.arg}
    return dict(zip(names, call.args, strict=False)) | named


def _constructor(maker: Maker) -> ast.FunctionDef | None:
    if isinstance(maker, ast.FunctionDef):
        return maker
    own = (each for each in maker.body if isinstance(each, ast.FunctionDef))
    return next((each for each in own if each.name == "__init__"), None)


def _counts(name: str, value: ast.expr) -> bool:
    """Whether an argument is the number of classes."""
    return bool(CLASSES.search(name)) or (isinstance(value, ast.Constant) and value.value == N_CLASS)


def _binds(statement: ast.stmt) -> list[str]:
    return [ast.unparse(each) for each in statement.targets] if isinstance(statement, ast.Assign) else []


def _said(values: Iterable[str], names: Iterable[str], missing: Sequence[str]) -> Iterator[str]:
    """The one missing network whose number stands among arguments, else in the name that is bound."""
    for texts in (values, names):
        numbers = {digits for text in texts for digits in DIGITS.findall(text)}
        fit = [name for name, number in NUMBERS.items() if number in numbers]
        if fit:
            yield from (name for name in fit if len(fit) == 1 and name in missing)
            return


def _written(given: Mapping[str, ast.expr]) -> str:
    return ", ".join(f"{name}={ast.unparse(value)}" for name, value in given.items())


def _called(source: Source, found: Sequence[Variant]) -> Source:
    """A text whose calls have the networks' own names, on as many lines."""
    text = source.text
    for one in found:
        lines = "\n" * one.text.count("\n")
        own = f"({one.own}{lines})" if lines else one.own
        text = re2.sub(rf"\b{re2.escape(one.text)}", lambda _, own=own: own, text)
    return source.rewritten(text)


def _bound(source: Source, last: Mapping[str, Variant]) -> Source:
    """A text that also binds the networks, where it defines what makes them."""
    defined = {name for each in source.parsed[0] if isinstance(each.node, Maker) for name in each.names.binds}
    for one in last.values():
        if one.maker in defined:
            given = ", ".join(filter(None, (one.maker, one.fixed)))
            source = added(source, f'{one.target} = __import__("functools").partial({given})')
    return source
