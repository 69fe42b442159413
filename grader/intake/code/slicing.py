"""The slice: the statements that the targets need, found by walking names backward."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from grader.intake.code.by_text import SPACES
from grader.intake.code.effects import Imported
from grader.intake.code.imports import Imports
from grader.intake.code.library import MAIN, Library
from grader.intake.code.lookups import looked_up
from grader.intake.code.program import END, Program
from grader.intake.code.saving import mentioned, writers
from grader.intake.code.weight import barred

BUILTINS = frozenset(dir(builtins))
FILE = -1  # a time before all statements: what is wanted is no name, but a file
LAZY = "__getattr__"  # what a module gives names by that it does not bind


class Walk:
    """Collects the positions of needed statements, by module.

    `entries` are the modules that are run; others are imported. A want is (module, name, time): what the name
    stands for when the statement at that position runs, or, at END, when a function is called; as a FILE,
    what writes the file of that name. Each is worked on once, so the walk ends.
    """

    def __init__(self, library: Library, entries: Sequence[str] = (MAIN,)) -> None:
        self.library = library
        self.entries = tuple(entries)
        self.imports = Imports(library, entries)
        self.kept: dict[str, set[int]] = defaultdict(set)
        self.used: dict[str, None] = {}  # imported modules, in the order they were met
        self.brought: dict[tuple[str, int], dict[str, None]] = {}  # by a star import, of the submission's own
        self._barred: dict[str, frozenset[int]] = {}
        self._written: dict[str, Mapping[str, list[int]]] = {}
        self._wants: list[tuple[str, str, int]] = []
        self._seen: set[tuple[str, str, int]] = set()

    @property
    def modules(self) -> tuple[str, ...]:
        """All modules, those that are run first."""
        return tuple(dict.fromkeys((*self.entries, *self.used)))

    def fork(self) -> Walk:
        """A walk that goes on from here, and leaves this one as it is."""
        other = Walk(self.library, self.entries)
        other.imports = self.imports
        other.kept.update({module: set(kept) for module, kept in self.kept.items()})
        other.used, other._seen, other._barred = dict(self.used), set(self._seen), self._barred
        other._written = self._written
        other.brought = {key: dict(names) for key, names in self.brought.items()}
        return other

    def take_imports(self, fork: Walk) -> None:
        """Keep what another walk needs of imported modules too."""
        self.used |= fork.used
        for module in fork.used:
            self.kept[module] |= fork.kept[module]
        for (module, at), names in fork.brought.items():
            if module not in self.entries:
                self.brought.setdefault((module, at), {}).update(names)

    def barred(self, module: str) -> frozenset[int]:
        """The positions of statements that no slice runs."""
        if module not in self._barred:
            self._barred[module] = barred(self.imports.program(module))
        return self._barred[module]

    def want(self, module: str, name: str, time: int = END) -> None:
        """Keep what a name needs, and all that this needs."""
        self._push(module, name, time)
        self._work()

    def keep(self, module: str, position: int) -> None:
        """Keep one statement, and all that it needs."""
        self._keep(module, position)
        self._work()

    def run_import(self, module: str, position: int, names: Iterable[str]) -> None:
        """Keep an import for what it runs; of a star import, these names."""
        if any(at == position for at, _ in self.imports.stars(module)):
            self.brought.setdefault((module, position), {}).update(dict.fromkeys(names))
        self.keep(module, position)

    def provides(self, module: str, name: str) -> bool:
        """Whether the statements kept bind a name in a module."""
        stack, seen = [module], set[str]()
        while stack:
            each = stack.pop()
            seen.add(each)
            program = self.imports.program(each)
            if any(name in program.statements[at].names.binds for at in self.kept[each]):
                return True
            stack += [
                star for at, star in self.imports.stars(each) if at in self.kept[each] and star not in seen
            ]
        return False

    def want_in_modules(self, name: str) -> str:
        """Want a name that is there only as `models.FCN32s`: the module that binds it, or ""."""
        for module in self.imports.reached():
            if name in self.imports.program(module).binders:
                self.used[module] = None
                self.want(module, name)
                return module
        return ""

    def want_what_changes_modules(self) -> None:
        """Keep `config.PAD = 100` wherever it stands, once `config` is used."""
        before = -1
        while before != (before := sum(map(len, self.kept.values()))):
            for importer in self.modules:
                for name in self._names_of_modules(importer):
                    for at in self.imports.program(importer).changers.get(name, ()):
                        if at not in self.barred(importer):
                            self.keep(importer, at)

    def _names_of_modules(self, importer: str) -> set[str]:
        """The names under which a module has others that are used."""
        found = set()
        for one in (
            one for imports in self.imports.program(importer).imports for one in imports if one.bound
        ):
            module = self.library.absolute(one.module, importer)
            if (f"{module}.{one.attribute}" if one.attribute else module) in self.used:
                found.add(one.bound.split(".")[0])
        return found

    # --- one step -------------------------------------------------------------------------------------

    def _push(self, module: str, name: str, time: int) -> None:
        want = (module, name, time)
        if want not in self._seen:
            self._seen.add(want)
            self._wants.append(want)

    def _work(self) -> None:
        while self._wants:
            self._find(*self._wants.pop())

    def _find(self, module: str, name: str, time: int) -> None:
        if time == FILE:
            self._find_writers(module, name)
            return
        program = self.imports.program(module)
        bound = [at for at in program.sources(name, time) if at not in self.barred(module)]
        changed = [at for at in program.changed_in(name, bound) if at not in self.barred(module)]
        for position in (*bound, *changed):
            self._keep(module, position)
            for later in program.statements[position].names.later if time != END else ():
                self._push(module, later, time)  # a function that is called now reads names as they are now
        if not bound:
            self._find_elsewhere(module, name)

    def _find_elsewhere(self, module: str, name: str) -> None:
        """Find what no statement of a module binds: a module in the package, or what star imports bring."""
        inner = f"{module}.{name}"
        if self.library.path(inner):
            self.used[inner] = None
            for position, imports in enumerate(self.imports.program(module).imports):
                if any(self.library.absolute(one.module, module) == inner for one in imports):
                    self._keep(module, position)
        elif name not in BUILTINS:
            if module not in self.entries and name != LAZY:
                self._find_given(module, name)
            self._find_in_stars(module, name)

    def _find_given(self, module: str, name: str) -> None:
        """Want what a package may give as it runs, by `__getattr__` or `globals()`: the name in its files."""
        program = self.imports.program(module)
        giving = set(program.binders.get(LAZY, ()))
        if inside := [each for each in self.library.parts(module) if self._binds(each, name)]:
            giving |= {
                at
                for at, one in enumerate(program.statements)
                if SPACES & {*one.names.reads, *one.names.later}
            }
        for position in sorted(giving - self.barred(module)):
            self._keep(module, position)
        for inner in inside if giving else ():
            self.used[inner] = None
            self._push(inner, name, END)

    def _binds(self, module: str, name: str) -> bool:
        return name in self.imports.program(module).binders

    def _keep(self, module: str, position: int) -> None:
        if position in self.kept[module]:
            return
        self.kept[module].add(position)
        program = self.imports.program(module)
        for name in program.statements[position].names.reads:
            self._push(module, name, position)
        for name in program.statements[position].names.later:
            self._push(module, name, END)
        for name in looked_up(program, position):
            self._push(module, name, END)
        for one in program.imports[position]:
            self._follow(program, one)
        self._want_files(program, position)

    def _want_files(self, program: Program, position: int) -> None:
        """Want the small files that a statement mentions, of the modules that write them."""
        known = {module: self._writers(module) for module in dict.fromkeys((program.name, *self.entries))}
        if not any(known.values()):
            return
        for name in mentioned(program.statements[position].node):
            for module, written in known.items():
                if name in written:
                    self._push(module, name, FILE)

    def _find_writers(self, module: str, file: str) -> None:
        """Keep the statements of a module that write a file."""
        for at in self._writers(module)[file]:
            if at not in self.barred(module):
                self._keep(module, at)

    def _writers(self, module: str) -> Mapping[str, list[int]]:
        if module not in self._written:
            self._written[module] = writers(self.imports.program(module))
        return self._written[module]

    # --- imports --------------------------------------------------------------------------------------

    def _follow(self, program: Program, one: Imported) -> None:
        """Want from the submission's own modules what an import takes from them."""
        module = self.library.absolute(one.module, program.name)
        if not self.library.is_local(module):
            return
        self.used[module] = None
        if one.attribute == "*":
            return
        if one.attribute:
            self._push(module, one.attribute, END)
            self._want_through(program, one.bound, self.imports.behind(module, one.attribute))
        elif one.bound == one.module:  # `import a.b` binds `a`
            parts = one.module.split(".")
            for size in range(1, len(parts) + 1):
                self._want_through(program, ".".join(parts[:size]), ".".join(parts[:size]))
        else:
            self._want_through(program, one.bound, module)

    def _want_through(self, program: Program, path: str, module: str) -> None:
        """Want from a module what stands behind a dotted path in a program, or all of it."""
        if not self.library.is_local(module):
            return
        self.used[module] = None
        inside = program.attributes.get(path, set())
        if path in program.opaque or not path:
            inside = inside | set(self.imports.program(module).binders)
        for name in sorted(inside):
            self._push(module, name, END)
            if path:
                self._want_through(program, f"{path}.{name}", self.imports.behind(module, name))

    def _find_in_stars(self, module: str, name: str) -> None:
        """Keep the star imports that bring a name: one of the submission's own, else all of libraries."""
        way, source = self.imports.way(module, name)
        if not source:
            for importer, position in self.imports.unknown(module):
                self.used |= {importer: None} if importer not in self.entries else {}
                self._keep(importer, position)
            return
        self.used[source] = None
        self._push(source, name, END)
        self._want_through(self.imports.program(module), name, self.imports.behind(source, name))
        for importer, position in way:
            self._keep(importer, position)
            self.brought.setdefault((importer, position), {})[name] = None
