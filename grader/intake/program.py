"""The statements that share a namespace, with an index of who binds a name and who changes its object."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.intake.effects import Body, Call, Imported, body, calls, changes, imported, root, running
from grader.intake.names import FUNCTIONS
from grader.intake.statements import Source, Statement, statements
from grader.records import Dropped

SAME_OBJECT = {"cpu", "cuda", "eval", "float", "requires_grad_", "to", "train"}  # methods that return self


TARGETS = ("FCN32s", "FCN8s", "get_cls_pred", "returnCAM")
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
            bound = {one.bound.split(".")[0]: one for one in imports}
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
                if name not in self.foreign:
                    found[name].append(position)
        return found

    def _changed_by(self, call: Call) -> set[str]:
        function = self.functions.get(call.path)
        if function is None:
            return set()
        given = dict(zip(function.parameters, call.arguments, strict=False)) | dict(call.keywords)
        arguments = {given[name] for name in function.changes if name in given}
        return {name for name in arguments if name} | self._changed_globals(call.path, set())

    def _changed_globals(self, function: str, seen: set[str]) -> set[str]:
        """The module's names that a function, and those that it calls, bind or change.

        What a target does to them is its own affair: it needs no call of itself.
        """
        if function in seen or function not in self.functions or function in TARGETS:
            return set()
        seen.add(function)
        statement = self.statements[self.binders[function][-1]]
        found = statement.names.sets | (self.functions[function].changes & statement.names.later)
        for call in self.functions[function].calls:
            found = found | self._changed_globals(call.path, seen)
        return found

    @cached_property
    def _aliases(self) -> Mapping[str, set[str]]:
        """Names that stand for (parts of) one object, as in `fc = net.fc`, `model = model.to(device)`."""
        groups: dict[str, set[str]] = {}
        for statement in self.statements:
            if isinstance(statement.node, ast.Assign) and (whole := _whole(statement.node.value)):
                for target in statement.node.targets:
                    if isinstance(target, ast.Name) and whole not in self.foreign:
                        both = groups.get(target.id, {target.id}) | groups.get(whole, {whole})
                        groups |= dict.fromkeys(both, both)
        return groups

    def sources(self, name: str, time: int) -> list[int]:
        """The positions of the statements that make up what a name stands for at a time, latest first.

        Where it is bound only later than it is used (cells were run in another order), what binds it last.
        """
        bound = self.binders.get(name, [])
        before = [position for position in bound if position < time] or bound
        found = []
        for position in reversed(before):
            found.append(position)
            if name in self.statements[position].names.sure:
                break
        return found

    def changed_in(self, name: str, sources: list[int]) -> list[int]:
        """The positions of the statements that change the object which `sources` bound to a name."""
        first = sources[-1] if sources else -1
        later = (at for at in self.binders.get(name, []) if at > max(sources, default=-1))
        until = next((at for at in later if name in self.statements[at].names.sure), END)
        return [at for at in self.changers.get(name, []) if first < at < until]


def program(name: str, sources: Iterable[Source], is_local: Callable[[str], bool]) -> Program:
    """The program that sources make, in order; `is_local` says which modules are the submission's."""
    sources = list(sources)
    parts = [statements(source) for source in sources]
    found = tuple(statement for part, _ in parts for statement in part)
    imports = tuple(tuple(imported(each.node)) if "import" in each.text else () for each in found)
    modules = {one.module for each in imports for one in each}
    return Program(
        name,
        tuple(source.label for source in sources),
        found,
        imports,
        tuple(dropped for _, lost in parts for dropped in lost),
        frozenset(module for module in modules if is_local(module)),
    )


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
