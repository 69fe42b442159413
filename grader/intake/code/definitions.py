"""Where a submission does what a rubric line is about: the place of a fault without a line of its own."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from grader.assignment import CAM, GRADCAM, GRADIENTS, MAP, MODELS, NETWORKS, PREDICT
from grader.intake.code.weights import worked_out
from grader.mending.carrying import carrying
from grader.mending.stepping import step, taking
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

SHOWN = {CAM: MAP, GRADCAM: GRADIENTS} | {part: network.name for part, network in NETWORKS.items()}
TRAINS = "Trainer("  # where another model is trained, or shown
LAST_CELL = ("weight_fc", "maps")  # the lines that are about the last cell


def home(slice: Slice, line: str) -> Place | None:
    """Return where the step of a rubric line (`cam.normalise`) is taken, else its subject defined."""
    name, check = _subject(line), line.partition(".")[2]
    if name == MAP and check in LAST_CELL:
        found = worked_out(slice.weight_fc) or next(iter(slice.cam_cell[-1:]), None)
        return Place(found.label, found.line) if found else None
    return _doing(slice, name, check) if name else None


def _doing(slice: Slice, name: str, check: str) -> Place | None:
    """Return the line of a definition that takes a step; that of the definition where none does."""
    if name in MODELS:
        found = _defining(slice, name)
        return _within_model(found, name, check) if found else None
    parts = list(carrying(slice, name))
    first = next(
        (Place(part.chunk.label, part.chunk.line + part.function.lineno - 1) for part in parts), None
    )
    return taking(parts, check) or first


def _within_model(found: tuple[Chunk, Place], name: str, check: str) -> Place:
    chunk, place = found
    line = step(ast.parse(chunk.source), name, check)
    return place if line is None else Place(chunk.label, chunk.line + line - 1)


def wanted(texts: Mapping[str, str], slice: Slice, line: str) -> Place | None:
    """Return where the subject of a line should be: where it is first named, else where others are."""
    part, _, check = line.partition(".")
    if check.startswith("reported"):
        first = check == "reported_scratch"
        other = TRAINS if part in NETWORKS else ""
        return _used(texts, SHOWN.get(part, ""), first) or _used(texts, other, first)
    name = _subject(line)
    for label, text in texts.items() if name else ():
        for number, row in enumerate(text.splitlines(), start=1):
            if name in row:
                return Place(label, number)
    beside = (MAP, PREDICT) if name in (MAP, PREDICT, GRADIENTS) else ()
    return next((place for each in beside if (place := definition(slice, each))), None)


def _used(texts: Mapping[str, str], name: str, first: bool) -> Place | None:
    """Return where a name is used, first or last: outputs are missing there; else where it is defined."""
    rows = [
        (Place(label, number), f"class {name}" in row or f"def {name}" in row)
        for label, text in texts.items()
        for number, row in enumerate(text.splitlines(), start=1)
        if name and name in row
    ]
    used = [place for place, defines in rows if not defines] or [place for place, _ in rows]
    return used[0 if first else -1] if used else None


def _subject(line: str) -> str:
    """Return the class or function that a line is about; "" for outputs and answers."""
    part, _, check = line.partition(".")
    if check.startswith("reported"):
        return ""
    if part in NETWORKS:
        return NETWORKS[part].name
    return {GRADCAM: GRADIENTS, CAM: PREDICT if check.startswith("cls") else MAP}.get(part, "")


def definition(slice: Slice, name: str) -> Place | None:
    """Return where a class or function is defined, the last time where it is defined twice."""
    found = _defining(slice, name)
    return found[1] if found else None


def _defining(slice: Slice, name: str) -> tuple[Chunk, Place] | None:
    chunks = [chunk for module in slice.modules for chunk in module.chunks if name in chunk.source]
    return next(((chunk, place) for chunk in reversed(chunks) if (place := _within(chunk, name))), None)


def _within(chunk: Chunk, name: str) -> Place | None:
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(chunk.source)):
        if isinstance(node, kinds) and node.name == name:
            return Place(chunk.label, chunk.line + node.lineno - 1)
    return None
