"""What makes the numbers that rows and columns are taken by, followed to where a function is given them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from grader.mending import counting
from grader.mending.edits import function_at
from grader.mending.trouble import tree
from grader.records.submission import Chunk, Slice

CALLED = ("forward", "__call__")  # by calling an object of the class


class Making:
    """What makes some numbers, by the statement that it stands in."""

    def __init__(self, slice: Slice, chunk: Chunk, parsed: ast.Module) -> None:
        chunks = [each for module in slice.modules for each in module.chunks if each is not chunk]
        self.trees = [(chunk, parsed), *((each, tree(each)) for each in chunks)]
        self.made: list[tuple[Chunk, ast.expr]] = []
        self.is_known = True  # whether every function that is given numbers is called somewhere
        self._seen = set[tuple[int, str]]()

    def follow(self, chunk: Chunk, parsed: ast.Module, line: int, numbers: Sequence[ast.expr]) -> None:
        """Add what numbers that are read on a line are made by."""
        bound = counting.made_above(parsed, line, numbers)
        self.made += [(chunk, node) for node in bound]
        function = function_at(parsed, line)
        for name in counting.given(function, [*numbers, *bound]) if function else ():
            if function and (key := (id(function), name)) not in self._seen:
                self._seen.add(key)
                found = [self._argument(*call, function, name) for call in self._calls(function)]
                self.is_known &= any(found) or not counting.are_given(parsed, line, numbers)

    def with_values(self) -> Iterator[tuple[Chunk, ast.expr, str]]:
        """Yield what makes the numbers, and what makes them with values."""
        return ((chunk, node, counting.with_values(node)) for chunk, node in self.made)

    def _argument(
        self, chunk: Chunk, parsed: ast.Module, call: ast.Call, function: ast.FunctionDef, name: str
    ) -> bool:
        """Add what a call gives a function by a name; whether it gives that."""
        names = [each.arg for each in function.args.args if each.arg != "self"]
        by_name = (each.value for each in call.keywords if each.arg == name)
        given = next(by_name, dict(zip(names, call.args, strict=False)).get(name))
        if given is None:
            return False
        if not isinstance(given, ast.Name | ast.Constant):
            self.made.append((chunk, given))
        self.follow(chunk, parsed, call.lineno, [given])
        return True

    def _calls(self, function: ast.FunctionDef) -> Iterator[tuple[Chunk, ast.Module, ast.Call]]:
        names = {function.name} if function.name not in CALLED else self._objects(function)
        for chunk, parsed in self.trees:
            for node in ast.walk(parsed):
                if isinstance(node, ast.Call) and _called(node) in names:
                    yield chunk, parsed, node

    def _objects(self, method: ast.FunctionDef) -> set[str]:
        """What objects of the class that has a method are bound to, and the class itself."""
        nodes = [node for _, parsed in self.trees for node in ast.walk(parsed)]
        classes = {node.name for node in nodes if isinstance(node, ast.ClassDef) and method in node.body}
        return classes | {
            _last(target)
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            for target in node.targets
            if _last(node.value.func) in classes
        }


def outermost(nodes: Iterable[ast.expr]) -> list[ast.expr]:
    """Those that are not part of another one."""
    some = list(nodes)
    inner = {id(part) for node in some for part in ast.walk(node) if part is not node}
    return [node for node in some if id(node) not in inner]


def _called(call: ast.Call) -> str:
    """The name of what is called; of an object that is made and called at once, that of its class."""
    return _last(call.func.func if isinstance(call.func, ast.Call) else call.func)


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
