"""Which of the models a name stood for when a cell ran, and whether it held VGG-16's weights."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import re2

from grader.assignment import NUMBERS
from grader.intake.claims.pretraining import PRETRAINED, SCRATCH, asks
from grader.intake.code.effects import Call, calls, path, running
from grader.intake.code.names import FUNCTIONS, walk
from grader.intake.code.program import Program
from grader.intake.code.reaching import MODELS, by_key, reached
from grader.intake.files.notebook import Cell

OTHER = "other"  # a model that is none of the assignment's
MENTION = re2.compile(rf"(?i)FCN[\s_-]*({NUMBERS})s?\b")
PREPARES = re2.compile(r"(?i)pre_?-?train\w*|_?trained")  # what such a call does is no training
TRAINS = re2.compile(r"(?i)train|fit")
SHOWS = re2.compile(r"(?i)visuali|show|plot|draw|display")
LATER_PART = re2.compile(r"(?i)[\s#]*(?:\d[\d.]*\s*)?Part\s*[34]\b")
DEEPEST = 6  # statements from a name back to the one that made the model
DISPLAYS = (ast.List, ast.Tuple, ast.Dict, ast.Set)
COLLECTS = {"dict", "list", "tuple", "zip", "OrderedDict"}  # calls that put together what a loop goes through


@dataclass(frozen=True, slots=True)
class Told:
    """A model ("fcn32s", "fcn8s", "other", or "" where it can't be told), and whether it was pretrained.

    Where that is `open`, some of a loop's runs were and others not.
    """

    model: str = ""
    pretrained: bool = False
    open: bool = False


class Story:
    """Follows names through a notebook, and headings where names tell nothing."""

    def __init__(self, program: Program, cells: Sequence[Cell]) -> None:
        self._program = program
        self._calls = [calls(running([statement.node])) for statement in program.statements]
        self._cells: dict[str, list[tuple[int, Call]]] = defaultdict(list)
        self._statements: dict[str, list[int]] = defaultdict(list)
        for at, statement in enumerate(program.statements):
            self._statements[statement.label].append(at)
            self._cells[statement.label] += [(at, call) for call in self._calls[at]]
        self._headings = _headings(cells)
        texts = (statement.text[:5000] for statement in program.statements)
        self._pretrains = [bool(PRETRAINED.search(text)) and not SCRATCH.search(text) for text in texts]
        self._told: dict[tuple[str, int], Told] = {}

    def trainings(self, label: str) -> list[Told]:
        """The models that the training calls of a cell were given, in order."""
        found = list[Told]()
        for at, call in self._cells.get(label, ()):
            if TRAINS.search(PREPARES.sub("", call.path.rpartition(".")[2])):
                told, loop = self._of_call(at, call), self._of_loop(at)
                found += loop if len(loop) > 1 or not told.model else [told]
        return [told for told in found if told.model]

    def _of_loop(self, at: int) -> list[Told]:
        """The models that a loop goes through one after the other, as in `for net in (FCN32s, FCN8s):`."""
        pretrained = self._pretrains[at] or any(
            self._is_vgg(read, at) for read in self._program.statements[at].names.reads
        )
        told = [each for name in self._turns(at) if (each := self._of_name(name, at)).model]
        ours = [each for each in told if each.model in MODELS.values()] or told
        again = pretrained and len({each.model for each in ours}) < len(ours)
        return [Told(each.model, (each.pretrained or pretrained) and not again, again) for each in ours]

    def _turns(self, at: int) -> list[str]:
        """The names in what a loop goes through, in order; a list that has a name is looked into."""
        node = self._program.statements[at].node
        nodes = list[ast.AST]()
        for each in walk(node.iter) if isinstance(node, ast.For) else ():
            nodes += [*self._collected(each.id, at)] if isinstance(each, ast.Name) else ()
        return [each.id for each in nodes if isinstance(each, ast.Name)]

    def _collected(self, name: str, at: int) -> Iterable[ast.AST]:
        """What a name was put together from, or the name itself."""
        bound = (self._program.statements[one].node for one in self._program.sources(name, at)[:1])
        value = next((node.value for node in bound if isinstance(node, ast.Assign)), None)
        collects = isinstance(value, ast.Call) and path(value.func).rpartition(".")[2] in COLLECTS
        return walk(value) if value and (collects or isinstance(value, DISPLAYS)) else [ast.Name(name)]

    def models(self, label: str) -> frozenset[str]:
        """The models that a cell may use, by itself or through the functions that it calls."""
        found = (reached(self._program, at) for at in self._statements.get(label, ()))
        return frozenset(MODELS[name] for names in found for name in names)

    def heading(self, label: str) -> Told:
        """The model that the text above a cell speaks of."""
        return self._headings.get(label, Told())

    def shows(self, label: str) -> list[str]:
        """The models whose predictions a cell shows, in order, as far as the names it calls tell."""
        drawn = [model for at in self._statements.get(label, ()) for model in self._shown(at)]
        found = {self._of_call(at, call).model for at, call in self._cells.get(label, ())} - {""}
        return drawn or (list(found) if len(found) == 1 else [])

    def _shown(self, at: int) -> list[str]:
        """The models that a statement shows: the one that its calls are given, or those of a loop."""
        drawing = [call for call in self._calls[at] if SHOWS.search(call.path)]
        told = {self._of_call(at, call).model for call in drawing} - {""}
        loop = [each.model for each in self._of_loop(at)] if drawing and not told else []
        return [*told] if len(told) == 1 else loop

    def calls(self, label: str) -> set[str]:
        """What a cell calls."""
        return {call.path for _, call in self._cells.get(label, ())}

    def _of_call(self, at: int, call: Call) -> Told:
        """The model that a call is about: one of ours among what it is given, else its first argument."""
        given = [*call.arguments, *(name for _, name in call.keywords)]
        named = [name for key, name in call.keywords if key in ("model", "net")]
        names = [name for name in (*given, call.path.split(".")[0]) if name]
        found = [self._of_name(name, at) for name in names]
        if told := next((told for told in found if told.model in MODELS.values()), None):
            return self._keyed(told, at)
        first = next((name for name in (*named, *call.arguments[:1]) if name), None)
        told = self._of_name(first, at) if first else Told()
        return told if told.model else self._of_texts(at)

    def _keyed(self, told: Told, at: int) -> Told:
        """One of several models that a name holds, the one of the key, as in `Trainer(nets["fcn8s"])`."""
        model = by_key(self._program, at) if len(reached(self._program, at)) > 1 else ""
        return replace(told, model=model or told.model)

    def _of_texts(self, at: int) -> Told:
        """What a statement tells that makes its model where it uses it, as in `Trainer(build("fcn8s"))`."""
        model = self._of_key(at)
        return Told(model, bool(model) and (self._pretrains[at] or asks(self._program, at)))

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
            self._told[name, at] = self._of_statement(at, depth)
        told = self._told[name, at]
        copied = bool(told.model) and (
            any(self._copies(name, between) for between in range(at, time)) or self._fetches(at)
        )
        return Told(told.model, told.pretrained or copied)

    def _of_statement(self, at: int, depth: int) -> Told:
        """What a statement binds its name to: a class by its bases, a function by the one model it makes."""
        node, names = self._program.statements[at].node, self._program.statements[at].names
        if isinstance(node, ast.ClassDef):
            bases = [path(base) for base in node.bases]
            found = [self._of_name(base.rpartition(".")[2], at, depth + 1) for base in bases]
            told = next((one for one in found if one.model in MODELS.values()), None)
            is_data = any(base.endswith("Dataset") for base in bases)
            return told or Told("" if is_data else OTHER)
        if isinstance(node, FUNCTIONS):
            made = {MODELS[name] for name in names.later & set(MODELS)}
            return Told(made.pop()) if len(made) == 1 else Told()
        built = [call.path.rpartition(".")[2] for call in self._calls[at]]  # `models.FCN32s()` reads `models`
        inner = [self._of_name(read, at, depth + 1) for read in (*built, *sorted(names.reads))]
        told = next((one for one in sorted(inner, key=lambda one: one.model == OTHER) if one.model), Told())
        if (not told.model or len(reached(self._program, at)) > 1) and (model := self._of_key(at)):
            return Told(model, told.pretrained)
        return told

    def _of_key(self, at: int) -> str:
        """The model that a statement names by a text, or that it leads to and to no other."""
        found = reached(self._program, at)
        return by_key(self._program, at) or (MODELS[next(iter(found))] if len(found) == 1 else "")

    def _fetches(self, at: int) -> bool:
        """Whether a statement is given a VGG-16, or calls a function that gets one."""
        statement = self._program.statements[at]
        return isinstance(statement.node, ast.Assign) and (
            any(self._is_vgg(read, at) for read in statement.names.reads) or asks(self._program, at)
        )

    def _copies(self, name: str, at: int) -> bool:
        """Whether a statement copies VGG-16's weights into what a name stands for."""
        reads = self._program.statements[at].names.reads
        return name in reads and (
            self._pretrains[at] or any(self._is_vgg(read, at) for read in reads - {name})
        )

    def _is_vgg(self, name: str, time: int) -> bool:
        """Whether a name, whatever it is, stands for a VGG-16."""
        bound = self._program.binders.get(name, [])
        before = bisect_left(bound, time)
        return (
            bool(before)
            and isinstance(self._program.statements[bound[before - 1]].node, ast.Assign)
            and (self._pretrains[bound[before - 1]] and not self._of_name(name, time).model)
        )


def _headings(cells: Iterable[Cell]) -> dict[str, Told]:
    found, told = {}, Told()
    for cell in cells:
        if cell.kind == "markdown":
            for line in cell.source.split("\n"):
                told = _of_heading(line, told)
        found[cell.label] = told
    return found


def _of_heading(line: str, before: Told) -> Told:
    if LATER_PART.match(line):
        return Told()
    mention = MENTION.search(line) if line.lstrip().startswith(("#", "*", "<h")) else None
    if mention is None:
        return before
    return Told(f"fcn{mention[1]}s", bool(PRETRAINED.search(line)) and not SCRATCH.search(line))
