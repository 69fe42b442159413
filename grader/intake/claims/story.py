"""Which of the two models a name stood for when a cell ran, and whether it held VGG-16's weights."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.intake.code.effects import Call, calls, running
from grader.intake.code.program import Program
from grader.intake.files.notebook import Cell

MODELS = {"FCN32s": "fcn32s", "FCN8s": "fcn8s"}
MENTION = re.compile(r"FCN[\s_-]*(32|8)s?\b", re.IGNORECASE)
PRETRAINED = re.compile(r"vgg|pre-?train", re.IGNORECASE)
SCRATCH = re.compile(r"from scratch|pretrained\s*=\s*False", re.IGNORECASE)
NUMBERED = re.compile(r"(?<!\d)(32|8)(?!\d)")
TRAINS = re.compile(r"train|fit", re.IGNORECASE)
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Told:
    """A model, "" where it can't be told, and whether it was pretrained."""

    model: str = ""
    pretrained: bool = False


class Story:
    """Follows names through a notebook, and headings where names tell nothing."""

    def __init__(self, program: Program, cells: Sequence[Cell]) -> None:
        self._program = program
        self._calls = [calls(running([statement.node])) for statement in program.statements]
        self._cells: dict[str, list[tuple[int, Call]]] = defaultdict(list)
        for at, statement in enumerate(program.statements):
            self._cells[statement.label] += [(at, call) for call in self._calls[at]]
        self._headings = _headings(cells)
        texts = (statement.text[:5000] for statement in program.statements)
        self._pretrains = [bool(PRETRAINED.search(text)) and not SCRATCH.search(text) for text in texts]
        self._told: dict[tuple[str, int], Told] = {}

    def trainings(self, label: str) -> list[Told]:
        """The models that the training calls of a cell were given, in order."""
        found = [
            self._of_call(at, call)
            for at, call in self._cells.get(label, ())
            if TRAINS.search(call.path.rpartition(".")[2])
        ]
        return [told for told in found if told.model]

    def heading(self, label: str) -> Told:
        """The model that the text above a cell speaks of."""
        return self._headings.get(label, Told())

    def shows(self, label: str) -> str:
        """The model whose predictions a cell shows, as far as the names it calls tell."""
        found = {self._of_call(at, call).model for at, call in self._cells.get(label, ())} - {""}
        return found.pop() if len(found) == 1 else ""

    def calls(self, label: str) -> set[str]:
        """What a cell calls."""
        return {call.path for _, call in self._cells.get(label, ())}

    def _of_call(self, at: int, call: Call) -> Told:
        names = [name for name in (*call.arguments, *(name for _, name in call.keywords)) if name]
        return next((told for told in (self._of_name(name, at) for name in names) if told.model), Told())

    def _of_name(self, name: str, time: int, depth: int = 0) -> Told:
        """What a name stood for, found through the statements that bound it."""
        if name in MODELS:
            return Told(MODELS[name], self._pretrains[time])
        bound = self._program.binders.get(name, [])
        before = bisect_left(bound, time)
        if not before or depth > DEEPEST or name in self._program.foreign:
            return Told()
        at = bound[before - 1]
        if (name, at) not in self._told:
            built = [
                call.path.rpartition(".")[2] for call in self._calls[at]
            ]  # `models.FCN32s()` reads `models`
            reads = [*built, *sorted(self._program.statements[at].names.reads)]
            inner = (self._of_name(read, at, depth + 1) for read in reads)
            self._told[name, at] = next((told for told in inner if told.model), Told())
        told = self._told[name, at]
        copied = bool(told.model) and any(self._copies(name, between) for between in range(at, time))
        return Told(told.model, told.pretrained or copied)

    def _copies(self, name: str, at: int) -> bool:
        """Whether a statement copies VGG-16's weights into what a name stands for."""
        return self._pretrains[at] and name in self._program.statements[at].names.reads


def _headings(cells: Iterable[Cell]) -> dict[str, Told]:
    found, told = {}, Told()
    for cell in cells:
        if cell.kind == "markdown":
            for line in cell.source.split("\n"):
                told = _of_heading(line, told)
        found[cell.label] = told
    return found


def _of_heading(line: str, before: Told) -> Told:
    if re.match(r"[\s#]*(?:\d[\d.]*\s*)?Part\s*[34]\b", line, re.IGNORECASE):
        return Told()
    mention = MENTION.search(line) if line.lstrip().startswith(("#", "*", "<h")) else None
    if mention is None:
        return before
    return Told(f"fcn{mention[1]}s", bool(PRETRAINED.search(line)) and not SCRATCH.search(line))
