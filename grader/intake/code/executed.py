"""Files that a notebook runs as a whole: `exec(open("models.py").read())`, `runpy.run_path("models.py")`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import MappingProxyType

Texts = Mapping[str, str]  # names that stand for files, or for what is read from them
NONE: Texts = MappingProxyType({})


def executed(node: ast.stmt, known: Texts = NONE) -> str:
    """The file that a statement runs and does nothing else, as many a notebook has it; "" for none."""
    match node:
        case ast.Expr(ast.Call(ast.Name("exec"), [code, *_])):
            return _read_from(code, known)
        case ast.Expr(  # globals().update(runpy.run_path("models.py"))
            ast.Call(ast.Attribute(ast.Call(ast.Name("globals")), "update"), [ast.Call(run, [path, *_])])
        ) if ast.unparse(run).endswith("run_path"):
            return _file_of(path, known)
        case ast.With([ast.withitem(file, ast.Name(name))], body):
            return _executed_in(body, {**known, name: _file_of(file, known)})
    return ""


def _executed_in(body: list[ast.stmt], known: dict[str, str]) -> str:
    """The file that statements read and run, the last of them."""
    for each in body[:-1]:
        if not (read := texts_read(each, known)):
            return ""
        known |= read
    return executed(body[-1], known)


def texts_read(node: ast.stmt, known: Texts = NONE) -> dict[str, str]:
    """The name that a statement gives to what it reads from a file, with that file."""
    match node:
        case ast.Assign([ast.Name(name)], value) if file := _read_from(value, known):
            return {name: file}
        case ast.With([ast.withitem(file, ast.Name(opened))], [ast.Assign() as inside]):
            return texts_read(inside, {**known, opened: _file_of(file, known)})
    return {}


def _read_from(code: ast.expr, known: Texts) -> str:
    """The file that code is read from: `open(...).read()`, `Path(...).read_text()`, or what compiles that."""
    match code:
        case ast.Call(ast.Name("compile"), [inner, *_]):
            return _read_from(inner, known)
        case ast.Call(ast.Attribute(file, "read" | "read_text")):
            return _file_of(file, known)
        case ast.Name(name):
            return known.get(name, "")
    return ""


def _file_of(file: ast.expr, known: Texts) -> str:
    match file:
        case ast.Constant(str(name)) | ast.Call(_, [ast.Constant(str(name)), *_]):
            return name
        case ast.Name(name):
            return known.get(name, "")
    return ""
