"""Statements too heavy for a slice: they train, wait for a person, load the data set or leave Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from grader.intake.code.effects import calls, running
from grader.intake.code.program import Program
from grader.intake.code.statements import Statement

HEAVY = (
    "FCN.trainer.", "FCN.dataset.", "google.colab.", "subprocess.", "os.system", "os._exit", "os.chdir",
    "sys.exit", "input", "exit", "quit", "breakpoint", "time.sleep", "gdown.", "wget.", "kaggle.",
    "urllib.request.urlretrieve",
)  # fmt: skip
HEAVY_METHODS = {"backward"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_heavy(program: Program, path: str) -> bool:
    """Whether it is heavy to call what `path` names, directly or through functions of the program."""
    inner = (call.path for each in program.reached(path) for call in program.functions[each].calls)
    return any(_is_heavy(program, each) for each in (path, *inner))


def _is_heavy(program: Program, path: str) -> bool:
    head, _, rest = path.partition(".")
    if rest.rpartition(".")[2] in HEAVY_METHODS:
        return True
    if head in program.binders and head not in program.foreign:
        return False
    full = ".".join(filter(None, (program.foreign.get(head, head), rest)))
    return any(full == heavy or (heavy[-1] == "." and full.startswith(heavy)) for heavy in HEAVY)


def lightened(program: Program) -> Program:
    """The program without heavy calls in `if`, `for`, `with` and `try` blocks, which may bind names too."""
    return replace(program, statements=tuple(_lighter(program, each) for each in program.statements))


def _lighter(program: Program, statement: Statement) -> Statement:
    if isinstance(statement.node, DEFINITIONS) or not hasattr(statement.node, "body"):
        return statement
    drop = list(_heavy_inside(program, statement.node))
    try:
        return statement.without(drop) if drop else statement
    except RecursionError:
        return statement


def _heavy_inside(program: Program, node: ast.stmt) -> Iterator[ast.stmt]:
    return (each for each in _inner(node) if isinstance(each, ast.Expr) and runs(program, each))


def _inner(node: ast.stmt) -> Iterator[ast.AST]:
    return (part for part in running([node]) if part is not node)


def runs(program: Program, node: ast.AST) -> bool:
    """Whether something heavy is called when this node runs."""
    return any(is_heavy(program, call.path) for call in calls(running([node])))


def barred(program: Program) -> frozenset[int]:
    """The positions of heavy statements, and of those that can't run without one of them."""
    found: set[int] = set()
    for position, statement in enumerate(program.statements):
        needs = (program.sources(name, position) for name in statement.names.reads)
        kept = isinstance(statement.node, (ast.Try, *DEFINITIONS))  # they fail, and it can be mended
        lacks = not kept and any(at and found.issuperset(at) for at in needs)
        if lacks or runs(program, statement.node):
            found.add(position)
    return frozenset(found)
