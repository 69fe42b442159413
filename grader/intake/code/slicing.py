"""The slice: the statements that the targets need, found by walking names backward."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict

from grader.intake.code.effects import Imported
from grader.intake.code.library import MAIN, Library
from grader.intake.code.names import FUNCTIONS
from grader.intake.code.program import END, TARGETS, Program
from grader.intake.code.weight import barred, is_heavy

BUILTINS = frozenset(dir(builtins))


class Walk:
    """Collects the positions of needed statements, by module.

    A want is (module, name, time): what the name stands for when the statement at that position runs, or,
    at END, when a function is called. Each is worked on once, so the walk ends.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.kept: dict[str, set[int]] = defaultdict(set)
        self.used: dict[str, None] = {}  # modules, in the order they were met
        self._star_imports: dict[str, list[tuple[int, str]]] = {}
        self._barred: dict[str, frozenset[int]] = {}
        self._wants: list[tuple[str, str, int]] = []
        self._seen: set[tuple[str, str, int]] = set()

    def barred(self, module: str) -> frozenset[int]:
        """The positions of statements that no slice runs."""
        if module not in self._barred:
            self._barred[module] = barred(self._program(module))
        return self._barred[module]

    def want(self, module: str, name: str, time: int = END) -> None:
        """Keep what a name needs, and all that this needs."""
        self._push(module, name, time)
        self._work()

    def keep(self, module: str, position: int) -> None:
        """Keep one statement, and all that it needs."""
        self._keep(module, position)
        self._work()

    def provides(self, module: str, name: str) -> bool:
        """Whether the statements kept bind a name in a module."""
        stack, seen = [module], set[str]()
        while stack:
            each = stack.pop()
            seen.add(each)
            program = self._program(each)
            if any(name in program.statements[at].names.binds for at in self.kept[each]):
                return True
            stack += [star for at, star in self._stars(each) if at in self.kept[each] and star not in seen]
        return False

    def want_in_modules(self, name: str) -> str:
        """Want a name that the notebook only has as `models.FCN32s`: the module that binds it, or ""."""
        for one in (one for imports in self._program(MAIN).imports for one in imports):
            module = self.library.absolute(one.module, MAIN)
            for each in (module, f"{module}.{one.attribute}"):
                if self.library.path(each) and name in self._program(each).binders:
                    self.used[each] = None
                    self.want(each, name)
                    return each
        return ""

    # --- one step -------------------------------------------------------------------------------------

    def _program(self, module: str) -> Program:
        return self.library.program(module) or Program(module, (), (), ())

    def _push(self, module: str, name: str, time: int) -> None:
        want = (module, name, time)
        if want not in self._seen:
            self._seen.add(want)
            self._wants.append(want)

    def _work(self) -> None:
        while self._wants:
            self._find(*self._wants.pop())

    def _find(self, module: str, name: str, time: int) -> None:
        program = self._program(module)
        bound = [at for at in program.sources(name, time) if at not in self.barred(module)]
        changed = [at for at in program.changed_in(name, bound) if at not in self.barred(module)]
        for position in (*bound, *changed):
            self._keep(module, position)
            for later in program.statements[position].names.later if time != END else ():
                self._push(module, later, time)  # a function that is called now reads names as they are now
        if not bound and name not in BUILTINS:
            self._find_in_stars(module, name)

    def _keep(self, module: str, position: int) -> None:
        if position in self.kept[module]:
            return
        self.kept[module].add(position)
        program = self._program(module)
        for name in program.statements[position].names.reads:
            self._push(module, name, position)
        for name in program.statements[position].names.later:
            self._push(module, name, END)
        for one in program.imports[position]:
            self._follow(program, one)

    # --- imports --------------------------------------------------------------------------------------

    def _follow(self, program: Program, one: Imported) -> None:
        """Want from the submission's own modules what an import takes from them."""
        module = self.library.absolute(one.module, program.name)
        if not self.library.is_local(module):
            return
        self.used[module] = None
        inner = f"{module}.{one.attribute}"
        if one.attribute == "*":
            return
        if one.attribute and not self.library.path(inner):
            self._push(module, one.attribute, END)
            return
        whole = inner if one.attribute else module
        self.used[whole] = None
        for attribute in program.attributes.get(one.bound, ()):
            self._push(whole, attribute, END)

    def _stars(self, module: str) -> list[tuple[int, str]]:
        """The positions of `from x import *`, with x if it is the submission's, else with ""."""
        if module not in self._star_imports:
            found = []
            for position, imports in enumerate(self._program(module).imports):
                for name in (
                    self.library.absolute(one.module, module) for one in imports if one.attribute == "*"
                ):
                    found.append((position, name if self.library.is_local(name) else ""))
            self._star_imports[module] = found
        return self._star_imports[module]

    def _find_in_stars(self, module: str, name: str) -> None:
        """Keep the star imports that bring a name: one of the submission's own, else all of libraries."""
        way = self._way(module, name)
        for importer, position in way:
            self._keep(importer, position)
        if way:
            return
        for position, star in self._stars(module):
            if not star:
                self._keep(module, position)

    def _way(self, module: str, name: str) -> list[tuple[str, int]]:
        """The star imports that lead from a module to the one that binds a name, which is wanted there."""
        ways: dict[str, list[tuple[str, int]]] = {module: []}
        queue = [module]
        for each in queue:
            if each != module and name in self._program(each).binders:
                self._push(each, name, END)
                return ways[each]
            for position, star in reversed(self._stars(each)):
                if star and star not in ways:
                    ways[star] = [*ways[each], (each, position)]
                    queue.append(star)
        return []


# --- targets --------------------------------------------------------------------------------------


def walk_targets(library: Library) -> tuple[Walk, dict[str, str]]:
    """Walk from the targets; also the targets that were found, with the module that binds each."""
    walk = Walk(library)
    for name in TARGETS:
        walk.want(MAIN, name)
    found = {name: MAIN for name in TARGETS if walk.provides(MAIN, name)}
    for name in (name for name in TARGETS if name not in found):
        if module := walk.want_in_modules(name):
            found[name] = module
    for module in (MAIN, *walk.used):
        for name in _vgg_functions(walk, module):
            walk.want(module, name)
            found.setdefault(name, module)
    return walk, found


def _vgg_functions(walk: Walk, module: str) -> list[str]:
    program = walk.library.program(module)
    nodes = [each.node for each in program.statements] if program else []
    names = dict.fromkeys(
        node.name for node in nodes if isinstance(node, FUNCTIONS) and "vgg" in node.name.lower()
    )
    return [name for name in names if program and not is_heavy(program, name)]


def is_future(node: ast.stmt) -> bool:
    """Whether a statement is `from __future__ import ...`, which changes those that follow."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
