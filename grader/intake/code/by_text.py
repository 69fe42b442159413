"""Names that code binds by their text: `globals()["A"] = 1`, `setattr(module, name, 1)`, `exec("A = 1")`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import re2

from grader.assignment import GRADED
from grader.intake.files.notebook import text_of

SPACES = {"globals", "vars", "locals"}  # at the top of a module they all are its own names
BINDS = re2.compile(r"(?m)^(?:(?:class|def|async def)\s+(\w+)|(\w+)\s*=[^=])")
HOLE = "HOLE_"  # for what is only known when it runs
LONGEST = 20_000
LONGEST_NAME = 100  # that is looked for: each of its letters makes its expression larger


def stored(node: ast.Subscript) -> set[str]:
    """The names that `globals()[key] = ...` binds."""
    return _meant(node.slice) if isinstance(node.ctx, ast.Store) and _is_space(node.value) else set()


def called(node: ast.Call) -> set[str]:
    """The names that a call binds in its module."""
    match node:
        case ast.Call(ast.Attribute(space, "update" | "setdefault"), arguments) if _is_space(space):
            keys = (key for each in arguments for key in _keys(each))
            return {one.arg for one in node.keywords if one.arg}.union(*map(_meant, keys))
        case ast.Call(ast.Name("setattr"), [module, key, _]) if _is_own(module):
            return _meant(key)
        case ast.Call(ast.Name("exec"), [source, *_]):
            return _begun(source)
    return set()


def _keys(argument: ast.expr) -> Iterator[ast.expr]:
    match argument:
        case ast.Dict(keys):
            yield from (key for key in keys if key)
        case ast.DictComp(key):
            yield key
        case ast.Constant():
            yield argument


def _is_space(node: ast.expr) -> bool:
    """Whether an expression is the module's dictionary of names."""
    match node:
        case ast.Call(ast.Name(name), []):
            return name in SPACES
        case ast.Attribute(module, "__dict__"):
            return _is_own(module)
    return False


def _is_own(node: ast.expr) -> bool:
    """`sys.modules[__name__]`."""
    match node:
        case ast.Subscript(ast.Attribute(ast.Name("sys"), "modules"), ast.Name("__name__")):
            return True
    return False


def _meant(key: ast.expr) -> set[str]:
    """The name that a key is, or the graded ones that it can be once its holes are filled."""
    text = _text(key)
    return _graded([text]) if HOLE in text else {text}


def _begun(source: ast.expr) -> set[str]:
    """The names that the lines of a text bind."""
    names = [one or other for one, other in BINDS.findall(_text(source)[:LONGEST])]
    return {name for name in names if HOLE not in name} | _graded(name for name in names if HOLE in name)


def _graded(texts: Iterable[str]) -> set[str]:
    """The graded names that texts can be; one that is all hole says nothing."""
    short = (text for text in texts if text != HOLE and len(text) <= LONGEST_NAME)
    patterns = [re2.compile(re2.escape(text).replace(HOLE, r"\w*")) for text in short]
    return {name for name in GRADED if any(each.fullmatch(name) for each in patterns)}


def _text(source: ast.expr) -> str:
    """A string, with holes for what is only known when it runs."""
    match source:
        case ast.Constant(str(text)):
            return text_of(text)
        case ast.JoinedStr(parts):
            return "".join(map(_text, parts))
    return HOLE
