"""Where a submission defines what a rubric line is about: the place of a fault without a line of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from grader.assignment import CAM, GRADCAM, GRADIENTS, MAP, NETWORKS, PREDICT
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

LAST_CELL = ("weight_fc", "maps")  # the lines that are about the last cell


def home(slice: Slice, line: str) -> Place | None:
    """Return where the subject of a rubric line (`fcn32s.gradients`) is defined; None where it isn't."""
    part, _, check = line.partition(".")
    if check.startswith("reported"):
        return None
    if part in NETWORKS:
        return definition(slice, NETWORKS[part].name)
    if part == CAM and check in LAST_CELL:
        return _first(slice.weight_fc or slice.cam_cell[-1:])
    if part == GRADCAM:
        return definition(slice, GRADIENTS)
    return definition(slice, PREDICT if check.startswith("cls") else MAP) if part == CAM else None


def definition(slice: Slice, name: str) -> Place | None:
    """Return where a class or function is defined, the last time where it is defined twice."""
    chunks = [chunk for module in slice.modules for chunk in module.chunks if name in chunk.source]
    return next((place for chunk in reversed(chunks) if (place := _within(chunk, name))), None)


def _within(chunk: Chunk, name: str) -> Place | None:
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(chunk.source)):
        if isinstance(node, kinds) and node.name == name:
            return Place(chunk.label, chunk.line + node.lineno - 1)
    return None


def _first(chunks: Iterable[Chunk]) -> Place | None:
    return next((Place(chunk.label, chunk.line) for chunk in chunks), None)
