"""The arguments that a function does not read, and the names of the notebook that it may read for them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator

from grader.mending.leaving import names_in

SIZES = ("shape", "size", "ndim", "dtype", "device")
LIBRARIES = ("np", "numpy", "torch", "nn", "F", "cv2", "plt", "skimage", "scipy")
Way = tuple[ast.Name, Callable[[ast.Name], Iterator[ast.expr]]]


def instead(function: ast.FunctionDef) -> list[Way]:
    """Return each name of the notebook that a function reads, with what gives the arguments left unread."""
    names = [ast.Name(each, ast.Load()) for each in unread(function)]
    return [(node, lambda _: iter(names)) for node in of_the_notebook(function)]


def unread(function: ast.FunctionDef) -> list[str]:
    """Return the arguments of which a function reads nothing but their size."""
    sized = [node for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr in SIZES]
    of_size = {id(node.value) for node in sized}
    read = {node.id for node in reads(function) if id(node) not in of_size}
    return [each.arg for each in function.args.args if each.arg not in read]


def of_the_notebook(function: ast.FunctionDef) -> list[ast.Name]:
    """Return the names that a function reads and does not bind, but for libraries and what it calls."""
    called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    other = {*names_in(function), *LIBRARIES, *dir(builtins)}
    return [node for node in reads(function) if node.id not in other and id(node) not in called]


def reads(function: ast.FunctionDef) -> list[ast.Name]:
    """Return the names that are read in a function."""
    nodes = ast.walk(function)
    return [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
