"""The statements that share a namespace, with an index of who binds a name and who changes its object."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from grader.assignment import GRADED
from grader.intake.code.effects import (
    Body,
    Call,
    Imported,
    body,
    calls,
    changes,
    imported,
    root,
    running,
    sets,
)
from grader.intake.code.names import FUNCTIONS, children
from grader.intake.code.statements import MOST, Source, Statement, unread
from grader.records.submission import Dropped

SAME_OBJECT = {"cpu", "cuda", "eval", "float", "requires_grad_", "to", "train"}  # methods that return self


LONGEST_PROGRAM = 1_000_000  # characters; the course's notebook has 25 000
LONGEST_PATH = 8  # names of a dotted path that is followed into modules
END = 1 << 40  # a time after all statements


@dataclass(frozen=True, eq=False)
class Program:
    """Statements in the order they stand, under the name of the module they make."""

    name: str
    labels: tuple[str, ...]  # of its sources, in order
    statements: tuple[Statement, ...]
    imports: tuple[tuple[Imported, ...], ...]  # of each statement, those in its functions too
    dropped: tuple[Dropped, ...] = ()
    local: frozenset[str] = frozenset()  # imported modules that are files of the submission

    @cached_property
    def foreign(self) -> Mapping[str, str]:
        """Names that stand for installed modules and things in them, with their dotted path."""
        found: dict[str, str] = {}
        own: set[str] = set()
        for statement, imports in zip(self.statements, self.imports, strict=True):
            bound = {one.bound.split(".")[0]: one for one in imports if one.bound}
            own |= statement.names.binds - set(bound)
            for name, one in bound.items():
                if one.module in self.local or one.module.startswith("."):
                    own.add(name)
                elif name == one.bound:
                    found[name] = ".".join(filter(None, (one.module, one.attribute)))
                else:
                    found.setdefault(name, name)
        return {name: path for name, path in found.items() if name not in own}

    @cached_property
    def functions(self) -> Mapping[str, Body]:
        """What the module's functions do when they are called; of each the last definition."""
        nodes = (each.node for each in self.statements)
        return {node.name: body(node) for node in nodes if isinstance(node, FUNCTIONS)}

    @cached_property
    def binders(self) -> Mapping[str, list[int]]:
        """For each name the positions of the statements that bind it; an import repeated doesn't count."""
        found: dict[str, list[int]] = defaultdict(list)
        current: dict[str, set[Imported]] = defaultdict(set)
        for position, statement in enumerate(self.statements):
            one = (
                self.imports[position][0] if isinstance(statement.node, ast.Import | ast.ImportFrom) else None
            )
            for name in statement.names.binds:
                if one and one in current[name]:
                    continue
                found[name].append(position)
                if one is None or name in statement.names.sure:
                    current[name] = set()
                current[name] |= {one} if one else set()
        return found

    @cached_property
    def changers(self) -> Mapping[str, list[int]]:
        """For each name the positions of the statements that change the object it stands for."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, statement in enumerate(self.statements):
            nodes = list(running([statement.node]))
            changed = changes(nodes)
            for call in calls(nodes):
                changed |= self._changed_by(call)
            for name in set().union(*(self._aliases.get(each, {each}) for each in changed)):
                if name not in self.foreign or sets(statement.node):
                    found[name].append(position)
        return found

    def _changed_by(self, call: Call) -> set[str]:
        function = self.functions.get(call.path)
        if function is None:
            return set()
        given = dict(zip(function.parameters, call.arguments, strict=False)) | dict(call.keywords)
        arguments = {given[name] for name in function.changes if name in given}
        inner = (self.changed_globals.get(each, set()) for each in self.reached(call.path))
        return {name for name in arguments if name}.union(*inner)

    @cached_property
    def changed_globals(self) -> Mapping[str, set[str]]:
        """For each function the module's names that it binds or changes itself.

        What a target does to them is its own affair: it needs no call of itself.
        """
        found = {}
        for name in set(self.functions) - set(GRADED):
            statement = self.statements[self.binders[name][-1]]
            found[name] = statement.names.sets | (self.functions[name].changes & statement.names.later)
        return found

    def reached(self, function: str) -> frozenset[str]:
        """A function and the functions of the module that it calls, directly or not; targets call none."""
        if function not in self._reached:
            found, stack = set[str](), [function]
            while stack:
                each = stack.pop()
                if each in self.functions and each not in found:
                    found.add(each)
                    stack += [call.path for call in self.functions[each].calls if each not in GRADED]
            self._reached[function] = frozenset(found)
        return self._reached[function]

    @cached_property
    def _reached(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _aliases(self) -> Mapping[str, set[str]]:
        """Names that stand for (parts of) one object, as in `fc = net.fc`, `model = model.to(device)`."""
        groups: dict[str, set[str]] = {}
        for statement in self.statements:
            if isinstance(statement.node, ast.Assign) and (whole := _whole(statement.node.value)):
                for target in statement.node.targets:
                    if isinstance(target, ast.Name) and whole not in self.foreign:
                        _join(groups, target.id, whole)
        return groups

    @cached_property
    def attributes(self) -> Mapping[str, set[str]]:
        """For each dotted path in the program the names that follow it, as in `models.FCN32s`."""
        found: dict[str, set[str]] = defaultdict(set)
        for statement in self.statements:
            for parts in _paths(statement.node):
                for size in range(1, len(parts)):
                    found[".".join(parts[:size])].add(parts[size])
        return found

    @cached_property
    def opaque(self) -> frozenset[str]:
        """Names that are read as they are, not only as the beginning of a dotted path."""
        return frozenset(
            parts[0] for each in self.statements for parts in _paths(each.node) if len(parts) == 1
        )

    # --- at a time ------------------------------------------------------------------------------------

    def sources(self, name: str, time: int) -> list[int]:
        """The positions of the statements that make up what a name stands for at a time, latest first.

        Where it is bound only later than it is used (cells were run in another order), what binds it last.
        """
        bound = self.binders.get(name, [])
        found = []
        for at in range((bisect_left(bound, time) or len(bound)) - 1, -1, -1):
            found.append(bound[at])
            if name in self.statements[bound[at]].names.sure:
                break
        return found

    def changed_in(self, name: str, sources: list[int]) -> list[int]:
        """The positions of the statements that change the object which `sources` bound to a name."""
        bound, changed = self.binders.get(name, []), self.changers.get(name, [])
        later = islice(bound, bisect_right(bound, max(sources, default=-1)), None)
        until = next((at for at in later if name in self.statements[at].names.sure), END)
        first = bisect_right(changed, sources[-1] if sources else -1)
        return changed[first : bisect_left(changed, until)]


def _join(groups: dict[str, set[str]], one: str, other: str) -> None:
    """Make one group of two names' groups."""
    small, large = sorted((groups.get(name, {name}) for name in (one, other)), key=len)
    if small is not large:
        large |= small
        groups |= dict.fromkeys(small, large)
    groups.setdefault(one, large)
    groups.setdefault(other, large)


def program(
    name: str, sources: Iterable[Source], is_local: Callable[[str], bool], only: str = "main"
) -> Program:
    """The program that sources make, in order; `is_local` says which modules are the submission's.

    `only` says whether it is run ("main") or imported ("module").
    """
    found, dropped, labels, left = list[Statement](), list[Dropped](), list[str](), LONGEST_PROGRAM
    for source in sources:
        labels.append(source.label)
        left -= len(source.text)
        part, lost = source.parsed if left > 0 and len(found) < MOST else ([], [unread(source)])
        found += [each for each in part if each.only in ("", only)]
        dropped += lost
    imports = tuple(tuple(imported(each.node)) if each.imports else () for each in found)
    modules = {one.module for each in imports for one in each}
    return Program(
        name,
        tuple(labels),
        tuple(found),
        imports,
        tuple(dropped),
        frozenset(module for module in modules if is_local(module)),
    )


def _paths(node: ast.AST) -> Iterator[list[str]]:
    """The dotted paths that a statement reads; of a long one the beginning."""
    stack = [node]
    while stack:
        node = stack.pop()
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name) and (parts or isinstance(node.ctx, ast.Load)):
            yield [node.id, *parts[::-1]][:LONGEST_PATH]
        stack += children(node)


def _whole(value: ast.expr) -> str | None:
    """The name of the object that a value is (a part of), seen through methods that return the object."""
    part = value
    while isinstance(part, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(part, ast.Call):
            if not (isinstance(part.func, ast.Attribute) and part.func.attr in SAME_OBJECT):
                return None
            part = part.func
        part = part.value
    return root(value)
