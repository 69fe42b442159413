"""A function of part 4 that raises: the one change of it with which its answer is right.

The answer only tells which change is meant. What is judged then is the changed code, by other questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import cast

import numpy as np

from grader.assignment import CAM, MAP, PREDICT
from grader.diagnosis.cam import Case
from grader.diagnosis.cam import is_right as is_right_map
from grader.diagnosis.payers import STOPPED, LineName
from grader.errors import StudentError
from grader.mending.alternatives import BYTES, Changes, others
from grader.mending.arguments import ASKED, functions
from grader.mending.carrying import carrying
from grader.mending.charging import paying
from grader.mending.edits import Mend, read_otherwise, with_source, with_text
from grader.mending.reductions import summed
from grader.mending.rows import forms, rows
from grader.mending.running import Mendable
from grader.mending.stepping import taking
from grader.mending.trouble import LARGEST, Trouble, bound, line_in
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from grader.wall.verbs import FORMS, Cam, ClsPred

MOST = 160  # changes that are tried: each is one run of a function
MOST_ROWS = 80  # of them, between a batch and its one row
CHOICE = f"{CAM}.class_weights"
INDEX = 3  # of the class that is asked for
SECONDS = 5.0  # of a run
FEATURES, WEIGHT, LOGIT = (1, 512, 7, 7), (1000, 512), (1, 1000)


def mends(
    student: Mendable, slice: Slice, name: str, trouble: Trouble, has_time: Callable[[], bool] = lambda: True
) -> Iterator[Mend]:
    """The changes of a function with which it answers a question rightly, those near to what raised first."""
    changes = islice(_changes(slice, name, trouble), MOST) if name in RIGHT else iter(())
    while has_time() and (change := next(changes, None)):
        mend, instead = change
        if RIGHT[name](student, instead):
            yield mend


def _changes(slice: Slice, name: str, trouble: Trouble) -> Iterator[tuple[Mend, tuple[Module, ...]]]:
    """The slice changed, and the statements that are run instead of those that it changes."""
    for each in summed(slice, name) if name == MAP else ():
        words = f"{each.got} read as {each.want}" + (each.how and f": {each.how}")
        made = Place(each.chunk.label, each.chunk.line + each.line - 1)
        costs: LineName = "weighted_sum" if each.how else "shape"
        changed = with_source(slice, each.chunk, each.source)
        yield Mend(changed, words, made=made, whole=True, lines=(costs,)), each.modules
    for module in slice.modules:
        for chunk in module.chunks:
            if name in bound(chunk) and len(chunk.source) <= LARGEST:
                raised = line_in(trouble, chunk)
                for words, line, source, last in _each(chunk, name, raised):
                    made = Place(chunk.label, chunk.line + line - 1)
                    changed = with_source(slice, chunk, source)
                    costs = (
                        "dtype" if _is_type(chunk.source, source) else _line(changed, name, chunk, line, last)
                    )
                    mend = Mend(changed, words, made=made, whole=True, lines=(costs,))
                    yield mend, (Module(module.name, (read_otherwise(chunk, source),)),)


def _is_type(before: str, after: str) -> bool:
    """Whether a change of code is that of a type: OpenCV enlarges bytes, and not every other kind."""
    return after.count(BYTES) > before.count(BYTES)


def _line(slice: Slice, name: str, chunk: Chunk, line: int, raised: int) -> LineName:
    """The line of the rubric whose step is changed: where it raises, if that is told and further down."""
    head = chunk.source.split("\n")[line - 1].lstrip().startswith("def ")
    last = line if head or _is_choice(slice, name, chunk, line) else max(line, raised)
    costs = (*paying(slice, name, Place(chunk.label, chunk.line + last - 1)), STOPPED[name])[0]
    return cast(LineName, costs.rpartition(".")[2])


def _is_choice(slice: Slice, name: str, chunk: Chunk, line: int) -> bool:
    """Whether a line only chooses a class's weights, which stop further down where they don't fit."""
    place = Place(chunk.label, chunk.line + line - 1)
    costs = paying(slice, name, place)
    return costs == (CHOICE,) and taking(tuple(carrying(slice, name)), "class_weights") == place


def _each(chunk: Chunk, name: str, raised: int) -> Iterator[tuple[str, int, str, int]]:
    """Yield changes in words, their lines, the source changed, and where it raises if that may count."""
    mixed = islice(rows(chunk.source, name, raised), MOST_ROWS) if name == PREDICT else iter(())
    formed = forms(chunk.source, name, raised) if name == PREDICT else iter(())
    usual = chain(_in_the_order_asked(chunk, name), others(chunk.source, name, near=raised))
    yield from ((*change, 0) for change in mixed)
    yield from ((*change, raised) for change in usual)
    yield from ((*change, 0) for change in formed)


def _in_the_order_asked(chunk: Chunk, name: str) -> Changes:
    """A function whose arguments have the names that they are called with, in another order."""
    asked = ASKED.get(name, ())
    for node in functions(chunk, name):
        own = node.args.args
        if own and own[0].lineno == own[-1].lineno and sorted(each.arg for each in own) == sorted(asked):
            span = own[0].lineno - 1, own[0].col_offset, own[-1].end_col_offset or 0
            words = f"`{name}({', '.join(each.arg for each in own)})` read as `{name}({', '.join(asked)})`"
            yield words, node.lineno, with_text(chunk.source, [span], ", ".join(asked))


# --- what is right ----------------------------------------------------------------------------------


def _gives_the_map(student: Mendable, instead: tuple[Module, ...]) -> bool:
    """Whether a map comes back that is made of features and weights as it must be."""
    draw = np.random.default_rng(INDEX).random
    features, weight = draw(FEATURES, np.float32), draw(WEIGHT, np.float32) - np.float32(0.5)
    with suppress(StudentError):
        asked = Cam(INDEX, FORMS[0], instead)
        reply = student.ask(asked, {"features": features, "weight": weight}, seconds=SECONDS, told=True)
        answer = reply.arrays.get("value")
        if answer is not None and answer.ndim == 2 and answer.size:
            return is_right_map(Case(features[0].astype(float), weight.astype(float), INDEX, answer))
    return False


def _tells_the_class(student: Mendable, instead: tuple[Module, ...]) -> bool:
    """Whether the most probable class comes back, and its probability is printed."""
    logit = 4 * np.random.default_rng(INDEX).random(LOGIT, np.float32)
    logit[0, INDEX] = 9
    with suppress(StudentError):
        reply = student.ask(ClsPred(instead=instead), {"logit": logit}, seconds=SECONDS, told=True)
        answer, largest = reply.arrays.get("value"), float(np.exp(9) / np.exp(logit.astype(float)).sum())
        is_class = answer is not None and answer.size == 1 and int(answer.reshape(-1)[0]) == INDEX
        return is_class and f"{largest:.3f}"[:-1] in reply.value.printed
    return False


RIGHT = {MAP: _gives_the_map, PREDICT: _tells_the_class}
