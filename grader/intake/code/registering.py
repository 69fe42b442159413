"""What importing a module does to others: it enters its classes into a table that they look into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.intake.code.effects import calls, changes, running
from grader.intake.code.program import Program
from grader.intake.code.slicing import Walk

DEEPEST = 5  # modules that a name is passed on by


@dataclass(frozen=True, slots=True)
class Registering:
    """A statement of an imported module that changes what another one's kept statements bound."""

    module: str
    at: int
    way: tuple[tuple[str, int], ...]  # the imports that lead to the module

    def keep(self, walk: Walk) -> None:
        """Keep it, and what runs it."""
        program = walk.library.program(self.module)
        assert program is not None
        walk.used[self.module] = None
        walk.keep(self.module, self.at)
        for importer, at in self.way:
            walk.run_import(importer, at, program.statements[self.at].names.binds)


def registering(walk: Walk) -> Iterator[Registering]:
    """The statements that nobody asks for, and that fill what is asked for."""
    imported = walk.imports.reached()
    for module in imported:
        program = walk.library.program(module)
        for at in range(len(program.statements)) if program else ():
            assert program is not None
            if at not in walk.kept[module] | walk.barred(module) and _fills(walk, program, at):
                yield Registering(module, at, tuple(_way(walk, imported, module)))


def _way(walk: Walk, imported: dict[str, tuple[str, int]], module: str) -> Iterator[tuple[str, int]]:
    while module in imported:
        yield imported[module]
        module = imported[module][0]


def _fills(walk: Walk, program: Program, at: int) -> bool:
    """Whether a statement changes a name of another module that is kept there."""
    nodes = list(running([program.statements[at].node]))
    direct = (_origin(walk, program.name, name) for name in changes(nodes))
    called = (each for call in calls(nodes) for each in _changed_by(walk, program.name, call.path))
    return any(module != program.name and _is_kept(walk, module, name) for module, name in (*direct, *called))


def _changed_by(walk: Walk, module: str, path: str) -> Iterator[tuple[str, str]]:
    """What a function of another module changes there: `register` or `registry.register`."""
    first, _, rest = path.partition(".")
    source, name = _origin(walk, module, first)
    other = walk.library.program(source)
    if other is not None:
        function, changed = name or rest, other.changed_globals
        yield from ((source, each) for one in other.reached(function) for each in changed.get(one, ()))


def _origin(walk: Walk, module: str, name: str) -> tuple[str, str]:
    """The module that binds what a name stands for, and the name there; "" for a module itself."""
    for _ in range(DEEPEST):
        found = _imported_from(walk, module, name)
        if found is None:
            break
        module, name = found
    return module, name


def _imported_from(walk: Walk, module: str, name: str) -> tuple[str, str] | None:
    program = walk.library.program(module)
    for one in (one for imports in program.imports for one in imports) if program and name else ():
        source = walk.library.absolute(one.module, module)
        if one.bound == name:
            inner = f"{source}.{one.attribute}"
            return (inner, "") if walk.library.path(inner) else (source, one.attribute)
        other = walk.library.program(source) if one.attribute == "*" else None
        if other is not None and name in other.binders:
            return source, name
    return None


def _is_kept(walk: Walk, module: str, name: str) -> bool:
    program = walk.library.program(module)
    return program is not None and any(at in walk.kept[module] for at in program.binders.get(name, ()))
