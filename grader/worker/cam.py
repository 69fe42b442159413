"""Call the student's `get_cls_pred` and `returnCAM`, and run the last cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch

from grader.records.submission import Module
from grader.wall.values import cut, kind_of
from grader.wall.verbs import (
    Cam,
    CamCell,
    Cell,
    ClsPred,
    Map,
    Noted,
    NotedCall,
    Prediction,
    Returned,
)
from grader.worker.building import WrongKindError
from grader.worker.console import CAP, capture, capture_errors
from grader.worker.loader import StudentCodeError, World, call, run_chunks
from grader.worker.models import Answer, Arrays
from grader.worker.noting import Array, Notes, everywhere, returned

NOTED: tuple[Noted, ...] = ("get_cls_pred", "returnCAM")
NETWORK = "ResNet18"  # the class of the kit's, whose input is noted


def target(world: World, name: str) -> Any:
    """Return a graded function; what is raised where it is none is the student's."""
    if name not in world.targets:
        raise StudentCodeError from NameError(f"{name} is not defined")
    if not callable(world.targets[name]):
        kind = kind_of(world.targets[name])
        raise StudentCodeError from WrongKindError(f"{name} is of type {kind}, not a function")
    return world.targets[name]


def cls_pred(world: World, asked: ClsPred, arrays: Arrays) -> Answer[Prediction]:
    """Call get_cls_pred on a (1, 1000) tensor of logits."""
    with otherwise(world, asked.instead), capture() as tape, capture_errors() as errors:
        function = target(world, "get_cls_pred")
        logit = torch.from_numpy(arrays["logit"].copy()).requires_grad_(asked.grad == "needed")
        with torch.set_grad_enabled(asked.grad != "off"):
            value = call(function, logit * 1 if logit.requires_grad else logit)
    seen, array = returned(value)
    shown = tape.text if tape.text.strip() else errors.text  # loggers write to sys.stderr
    printed = cut(shown, CAP + 100)
    return Prediction(seen.type, seen.shape, seen.dtype, seen.text, printed), named("value", array)


def named(name: str, array: Array | None) -> dict[str, Array]:
    """Return an array by its name, if there is one."""
    return {} if array is None else {name: array}


INDICES: dict[str, Callable[[int], Any]] = {
    "tensor": lambda i: torch.tensor([i]),
    "tensor0": lambda i: torch.tensor(i),
    "array": lambda i: np.array([i]),
    "array0": lambda i: np.int64(i),
    "int": int,
}


def cam(world: World, asked: Cam, arrays: Arrays) -> Answer[Map]:
    """Call returnCAM; say whether its inputs were changed. The index has one of the accepted forms."""
    features, weight = arrays["features"].copy(), arrays["weight"].copy()
    with otherwise(world, asked.instead):
        function = target(world, "returnCAM")
        value = call(function, features, weight, INDICES[asked.form](asked.index))
    kept = _alike(features, arrays["features"]) and _alike(weight, arrays["weight"])
    seen, array = returned(value)
    return Map(seen.type, seen.shape, seen.dtype, seen.text, kept), named("value", array)


def _alike(now: Array, before: Array) -> bool:
    """Whether an array is as it was; student code may have replaced what numpy compares with."""
    return now.shape == before.shape and now.tobytes() == before.tobytes()


@contextmanager
def otherwise(world: World, instead: Iterable[Module]) -> Iterator[None]:
    """Let statements be read otherwise for a while: their namespaces, and the targets bound there."""
    changed = [(each, world.namespaces[each.name]) for each in instead if each.name in world.namespaces]
    before, targets = [dict(namespace) for _, namespace in changed], dict(world.targets)
    for module, namespace in changed:
        run_chunks(module.chunks, namespace)
    bound = ((name, world.namespaces.get(module, {})) for name, module in world.slice.targets.items())
    world.targets.update({name: namespace[name] for name, namespace in bound if name in targets})
    try:
        yield
    finally:
        for (_, namespace), kept in zip(changed, before, strict=True):
            namespace.clear()
            namespace.update(kept)
        world.targets.clear()
        world.targets.update(targets)


# --- the last cell ------------------------------------------------------------------------------------


def cam_cell(world: World, asked: CamCell, arrays: Arrays) -> Answer[Cell]:
    """Run the last cell in a copy of the notebook's namespace; note what each function was given and gave."""
    notes, there = Notes(), [name for name in NOTED if name in world.targets]
    noted = {name: notes.of(name, world.targets[name]) for name in there}
    with ExitStack() as stack:
        for name in there:
            stack.enter_context(everywhere(world.namespaces.values(), world.targets[name], noted[name]))
        stack.enter_context(notes.inputs_of(NETWORK))
        namespace = world.namespaces.get(world.slice.cam_module, {}) | noted
        others = {(chunk.label, chunk.line): chunk for chunk in asked.instead}
        chunks = [others.get((chunk.label, chunk.line), chunk) for chunk in world.slice.cam_cell]
        failures = run_chunks(chunks, namespace)
    if "weight_fc" not in namespace and failures:
        failures += run_chunks(world.slice.weight_fc, namespace)
    bound = "weight_fc" in namespace
    weight_fc, array = returned(namespace["weight_fc"]) if bound else (Returned(""), None)
    calls = tuple(NotedCall(name, tuple(rows)) for name, rows in notes.calls)
    return Cell(weight_fc, calls, tuple(failures)), notes.arrays | named("weight_fc", array)
