"""What code outside of functions binds, and which functions use it: by Python's own table of scopes."""

from __future__ import annotations

import ast
import symtable
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

CONSTANT = (
    *(ast.Assign, ast.Name, ast.Store, ast.Load, ast.Constant, ast.UnaryOp, ast.BinOp),
    *(ast.Tuple, ast.List, ast.Dict, ast.unaryop, ast.operator),
)


def uses(sources: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Return the names from outside that each definition in some sources, or what stands in it, reads.

    Definitions of one name count together. Raises SyntaxError.
    """
    found = defaultdict[str, frozenset[str]](frozenset)
    for source in sources:
        for table in _tables(symtable.symtable(source, "chunk", "exec")):
            found[table.get_name()] |= frozenset(_outer(table))
    return dict(found)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _tables(child)


def _outer(table: symtable.SymbolTable) -> Iterator[str]:
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for child in table.get_children():
        yield from _outer(child)


def bound(trees: Sequence[ast.Module]) -> Mapping[str, tuple[ast.stmt, ...]]:
    """Return the statements outside of definitions that bind each name."""
    found = defaultdict[str, tuple[ast.stmt, ...]](tuple)
    for statement in (statement for tree in trees for statement in tree.body):
        stored = (n.id for n in top(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
        for name in dict.fromkeys(stored):
            found[name] = (*found[name], statement)
    return dict(found)


def top(node: ast.AST) -> Iterator[ast.AST]:
    """Return what stands in a statement, but for what is in definitions."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from top(child)


def constant(statement: ast.stmt) -> bool:
    """Whether a statement does nothing but give names to numbers, texts, and lists of such."""
    parts = list(ast.walk(statement))
    read = any(isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) for part in parts)
    return not read and all(isinstance(part, CONSTANT) for part in parts)
