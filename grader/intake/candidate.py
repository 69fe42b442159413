"""A notebook or a script that may be what is graded: what it defines, imports and shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath

from grader.assignment import GRADED, MAP, WEIGHT
from grader.intake.code.corrections import targets
from grader.intake.code.effects import calls, imported
from grader.intake.code.folders import folders
from grader.intake.code.names import walk
from grader.intake.code.statements import Source
from grader.intake.files.notebook import Cell
from grader.records.reason import Place
from grader.records.submission import Slip


@dataclass(frozen=True)
class Candidate:
    """A notebook or a script that may be what is graded; each text in it is parsed once."""

    path: str
    cells: tuple[Cell, ...]
    sources: tuple[Source, ...]  # its code, parsed
    slips: tuple[Slip, ...] = ()  # that were corrected in it

    @property
    def is_notebook(self) -> bool:
        """Whether it is no script."""
        return self.cells[0].label != self.path

    @cached_property
    def defines(self) -> frozenset[str]:
        """The targets that it binds, or tries to in code that does not parse."""
        return frozenset(name for source in self.sources for name in targets(source))

    @cached_property
    def imports(self) -> frozenset[str]:
        """The modules that it may import; `from a import b` may import a.b."""
        nodes = (each.node for source in self.sources for each in source.parsed[0] if each.imports)
        ones = [one for node in nodes for one in imported(node)]
        inner = {
            one.module + "." * (not one.module.endswith(".")) + one.attribute
            for one in ones
            if one.attribute not in ("", "*")
        }
        return frozenset({one.module for one in ones} | inner)

    @cached_property
    def length(self) -> int:
        """Lines of code in the cells that define targets."""
        texts = (source.text for source in self.sources if targets(source))
        return sum(
            bool(line.strip()) and line.lstrip()[0] != "#" for text in texts for line in text.split("\n")
        )

    @cached_property
    def shows_maps(self) -> bool:
        """Whether it calls returnCAM or binds `weight_fc`, as the last cell does."""
        each = [statement for source in self.sources for statement in source.parsed[0]]
        return any(WEIGHT in statement.names.binds for statement in each) or any(
            call.path.rpartition(".")[2] == MAP
            for statement in each
            for call in calls(walk(statement.node))
            if getattr(statement.node, "name", "") not in GRADED
        )


def homes(candidates: Sequence[Candidate]) -> list[str]:
    """The folders that imports are resolved from: those of what is run, those it adds, and the top."""
    own = [str(PurePosixPath(each.path).parent) for each in candidates]
    added = [folder for each in candidates for folder in folders(each.sources)]
    beside = [str(PurePosixPath(home, folder)) for home in own for folder in added]
    return ["" if home == "." else home for home in (*own, *beside, *added, "")]


def labelled(one: Candidate) -> Candidate:
    """A notebook under labels that can't be taken for those of the main one; a script as it is."""
    if not one.is_notebook:
        return one
    cells = tuple(replace(cell, label=_label(one, cell.label)) for cell in one.cells)
    sources = tuple(source.relabelled(_label(one, source.label)) for source in one.sources)
    slips = tuple(replace(slip, place=_relabelled(one, slip.place)) for slip in one.slips)
    return Candidate(one.path, cells, sources, slips)


def _relabelled(one: Candidate, place: Place) -> Place:
    return replace(place, label=_label(one, place.label))


def _label(one: Candidate, cell: str) -> str:
    return f"{one.path} {cell}"
