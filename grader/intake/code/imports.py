"""How the modules of a submission reach each other: what an import runs, and which star brings a name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from grader.intake.code.effects import Imported
from grader.intake.code.library import Library
from grader.intake.code.program import Program

Step = tuple[str, int]  # a module, and the position of an import in it


class Imports:
    """What can be known of imports before it is known which of them are needed; `entries` are run."""

    def __init__(self, library: Library, entries: Sequence[str]) -> None:
        self.library = library
        self.entries = tuple(entries)
        self._stars: dict[str, list[tuple[int, str]]] = {}

    def program(self, module: str) -> Program:
        """The statements of a module; none of one that is not the submission's."""
        return self.library.program(module) or Program(module, (), (), ())

    def reached(self) -> dict[str, tuple[str, int]]:
        """The submission's modules that a run imports, nearest first, each with where it is imported."""
        found: dict[str, tuple[str, int]] = {}
        queue = list(self.entries)
        for importer in queue:
            for at, imports in enumerate(self.program(importer).imports):
                for module in self._brought_in(importer, imports):
                    if module not in found and module not in self.entries:
                        found[module] = importer, at
                        queue.append(module)
        return found

    def _brought_in(self, importer: str, imports: Iterable[Imported]) -> Iterator[str]:
        """The submission's modules that imports run: those that they name, and the packages these are in."""
        for one in imports:
            module = self.library.absolute(one.module, importer)
            packages = accumulate(module.split("."), lambda outer, inner: f"{outer}.{inner}")
            names = (*packages, module, f"{module}.{one.attribute}")
            yield from (name for name in names if module and self.library.path(name))

    def behind(self, module: str, name: str) -> str:
        """The module that a name of a module stands for, if it is one: a part of it, or one it imports."""
        ones = [one for imports in self.program(module).imports for one in imports if one.bound == name]
        inner = [f"{module}.{name}"]
        for one in ones:
            source = self.library.absolute(one.module, module)
            inner.append(f"{source}.{one.attribute}" if one.attribute else source)
        return next((each for each in inner if self.library.path(each)), inner[0])

    def stars(self, module: str) -> list[tuple[int, str]]:
        """The positions of `from x import *`, with x if it is the submission's, else with ""."""
        if module not in self._stars:
            found = []
            for position, imports in enumerate(self.program(module).imports):
                for name in (
                    self.library.absolute(one.module, module) for one in imports if one.attribute == "*"
                ):
                    found.append((position, name if self.library.is_local(name) else ""))
            self._stars[module] = found
        return self._stars[module]

    def way(self, module: str, name: str) -> tuple[list[Step], str]:
        """The star imports that lead from a module to the one that has a name, and that one; "" for none."""
        ways: dict[str, list[Step]] = {module: []}
        queue = [module]
        for each in queue:
            if each != module and (name in self.program(each).binders or self.library.path(f"{each}.{name}")):
                return ways[each], each
            for position, star in reversed(self.stars(each)):
                brings = self.library.is_run(star) or _exports(self.program(star), name)
                if star and star not in ways and brings:
                    ways[star] = [*ways[each], (each, position)]
                    queue.append(star)
        return [], ""

    def unknown(self, module: str) -> list[Step]:
        """The star imports through which a module may get what nothing of the submission has, from others."""
        ways: dict[str, list[Step]] = {module: []}
        queue, found = [module], dict[Step, None]()
        for each in queue:
            for position, star in self.stars(each):
                if not star:
                    found |= dict.fromkeys((*ways[each], (each, position)))
                elif star not in ways:
                    ways[star] = [*ways[each], (each, position)]
                    queue.append(star)
        return list(found)


def _exports(program: Program, name: str) -> bool:
    """Whether `from module import *` brings a name of the module: what `__all__` lists, else no _name."""
    listed = [program.statements[at].node for at in program.binders.get("__all__", ())]
    try:
        values = [node.value for node in listed]  # type: ignore[attr-defined]  # one without is caught
        names = [each for value in values for each in ast.literal_eval(value)]
    except (AttributeError, ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return True
    return name in names if listed else not name.startswith("_")
