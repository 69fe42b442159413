"""The functions that carry out a graded one: what its name stands for, and what is called there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import copy
from typing import NamedTuple

from grader.mending.trouble import tree
from grader.records.submission import Chunk, Slice

Function = ast.FunctionDef | ast.AsyncFunctionDef
Key = tuple[str, str]  # the class of a method, "" of a function, and the name
APPLIED = ("__call__", "forward", "__init__")  # the methods that run where a class, or its object, is called


class Part(NamedTuple):
    """A function and the statement that it stands in; the arguments of a method are those it is given."""

    chunk: Chunk
    function: Function


def carrying(slice: Slice, name: str, owner: str = "") -> Iterator[Part]:
    """Yield the function that a name stands for, then those that it calls, the nearest first.

    Of methods of one name it is that of the class `owner`, or of a class that was reached, else the last.
    """
    known = _Known(slice, owner)
    waiting, seen = ([] if owner else known.named(name)) or known.method(name, called=True), set[Key]()
    while waiting:
        key = waiting.pop(0)
        if key not in seen:
            seen.add(key)
            yield known.parts[key]
            waiting += known.mentioned(known.parts[key].function, binds=False)


class _Known:
    """What a slice defines, and the classes that were reached."""

    def __init__(self, slice: Slice, owner: str) -> None:
        self.parts = dict[Key, Part]()
        self.classes = dict[str, ast.ClassDef]()
        self.bound = dict[str, ast.expr]()  # by names that are assigned: what they stand for
        self.reached = list[str]()
        for chunk in (chunk for module in slice.modules for chunk in module.chunks):
            self._define(chunk, tree(chunk), "")
            self._bind(chunk)
        self._reach(owner)

    def _define(self, chunk: Chunk, parent: ast.AST, owner: str) -> None:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, Function):
                self.parts[owner, node.name] = Part(chunk, _as_given(node) if owner else node)
                self.bound.pop("" if owner else node.name, None)
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            self._define(chunk, node, node.name if isinstance(node, ast.ClassDef) else "")

    def _bind(self, chunk: Chunk) -> None:
        for node in tree(chunk).body:
            match node:
                case ast.Assign(targets=[ast.Name(name)], value=ast.Lambda() as made):
                    self.parts["", name] = Part(chunk, _named(made, name))
                    self.bound.pop(name, None)
                case ast.Assign(targets=[ast.Name(name)], value=value):
                    self.bound[name] = value
                case ast.ImportFrom(names=names):
                    self.bound |= {each.asname: ast.Name(each.name) for each in names if each.asname}

    def named(self, name: str) -> list[Key]:
        """Return what a name stands for: a function, the methods of a class, or what it was bound to."""
        if name in self.bound:
            return self.mentioned(self.bound.pop(name), binds=True)
        if name in self.classes:
            self._reach(name)
            return [key for each in APPLIED if (key := (name, each)) in self.parts]
        return [("", name)] if ("", name) in self.parts else []

    def mentioned(self, node: ast.AST, *, binds: bool) -> list[Key]:
        """Return what code reads, or what something is bound to: methods first, for they do the work."""
        nodes = list(ast.walk(node))
        called = {id(each.func) for each in nodes if isinstance(each, ast.Call)}
        named = [key for each in nodes if isinstance(each, ast.Name) for key in self.named(each.id)]
        parts = [each for each in nodes if isinstance(each, ast.Attribute)]
        return [key for each in parts for key in self.method(each.attr, binds or id(each) in called)] + named

    def _reach(self, name: str) -> None:
        if name in self.classes and name not in self.reached:
            self.reached.append(name)
            for base in self.classes[name].bases:
                self.mentioned(base, binds=False)

    def method(self, name: str, called: bool) -> list[Key]:
        """Return the method of a class that was reached; the last of that name where it is called."""
        keys = [key for each in (*self.reached, "") if (key := (each, name)) in self.parts]
        others = [key for key in self.parts if key[1] == name] if called else []
        found = keys[:1] or others[-1:]
        for owner, _ in found:
            self._reach(owner)
        return found


def _as_given(method: Function) -> Function:
    """A method without the argument that is its own object."""
    if any(getattr(each, "id", "") == "staticmethod" for each in method.decorator_list):
        return method
    found, given = copy(method), copy(method.args)
    found.args = given
    given.args = given.args if given.posonlyargs else given.args[1:]
    given.posonlyargs = given.posonlyargs[1:]
    return found


def _named(made: ast.Lambda, name: str) -> Function:
    """A function without a name as one that has it."""
    body = ast.copy_location(ast.Return(made.body), made.body)
    found = ast.FunctionDef(name=name, args=made.args, body=[body], decorator_list=[])
    return ast.copy_location(found, made)
