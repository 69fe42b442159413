"""Names that code looks up by their text: `eval("nn." + kind)`, `globals()["Block"]`, `exec(source)`."""

from __future__ import annotations

import ast

import re2

from grader.assignment import GRADED
from grader.intake.code.names import FUNCTIONS, walk
from grader.intake.code.program import Program

LOOKING = {"eval", "exec", "globals"}
OWN_MODULE = {"sys", "__name__"}  # `getattr(sys.modules[__name__], name)`
NAME = re2.compile(r"(?:^|[^\w.])([A-Za-z_]\w*)")
LONGEST = 20_000  # characters of text that are searched for names


def looked_up(program: Program, at: int) -> set[str]:
    """The names that a statement may look up: those in its own texts, and every definition beside it."""
    names = program.statements[at].names
    used = names.reads | names.later
    if used.isdisjoint(LOOKING) and not used >= OWN_MODULE:
        return set()
    nodes = (each.node for each in program.statements)
    defined = {node.name for node in nodes if isinstance(node, (*FUNCTIONS, ast.ClassDef))}
    return (defined | _named(program.statements[at].node)) - set(GRADED)


def _named(node: ast.stmt) -> set[str]:
    texts = [
        part.value for part in walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return set(NAME.findall("\n".join(texts)[:LONGEST]))
