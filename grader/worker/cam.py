"""Call the student's `get_cls_pred` and `returnCAM`, and run the last cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.wall.values import cut
from grader.wall.verbs import (
    MAX_CALLS,
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
from grader.wall.wire import DTYPES, MAX_DIMENSIONS
from grader.worker.building import WrongKindError
from grader.worker.console import CAP, capture
from grader.worker.loader import StudentCodeError, World, call, run_chunks
from grader.worker.models import Answer, Arrays

Array = np.ndarray[Any, Any]
NOTED: tuple[Noted, ...] = ("get_cls_pred", "returnCAM")
MAX_BYTES = 64 << 20  # of one array; a map has 64 KiB, as float64 half a MiB
MAX_ARGUMENTS = 19  # of a call, and its result
MAX_ARRAYS, MAX_KEPT = 40, 256 << 20  # of all calls


def target(world: World, name: str) -> Any:
    """Return a graded function; what is raised where it is none is the student's."""
    if name not in world.targets:
        raise StudentCodeError from NameError(f"{name} is not defined")
    if not callable(world.targets[name]):
        kind = type(world.targets[name]).__name__
        raise StudentCodeError from WrongKindError(f"{name} is of type {kind}, not a function")
    return world.targets[name]


def returned(value: Any) -> tuple[Returned, Array | None]:
    """Describe a value of any kind, with its numbers where it is an array, a tensor or a number."""
    kind = cut(type(value).__name__, 200)
    try:
        array = value.detach().cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)
    except Exception:
        return Returned(kind), None
    fits = str(array.dtype) in DTYPES and array.nbytes <= MAX_BYTES and array.ndim <= MAX_DIMENSIONS
    seen = Returned(kind, array.shape, cut(array.dtype, 200), _text(value))
    return seen, np.array(array, order="C", copy=True) if fits else None


def _text(value: Any) -> str:
    try:
        return cut(repr(value), 200)
    except Exception:
        return ""


def cls_pred(world: World, asked: ClsPred, arrays: Arrays) -> Answer[Prediction]:
    """Call get_cls_pred on a (1, 1000) tensor of logits."""
    function = target(world, "get_cls_pred")
    with capture() as tape:
        value = call(function, torch.from_numpy(arrays["logit"].copy()))
    seen, array = returned(value)
    printed = cut(tape.text, CAP + 100)
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
    function = target(world, "returnCAM")
    features, weight = arrays["features"].copy(), arrays["weight"].copy()
    value = call(function, features, weight, INDICES[asked.form](asked.index))
    kept = bool(np.array_equal(features, arrays["features"]) and np.array_equal(weight, arrays["weight"]))
    seen, array = returned(value)
    return Map(seen.type, seen.shape, seen.dtype, seen.text, kept), named("value", array)


# --- the last cell ------------------------------------------------------------------------------------


@dataclass
class Notes:
    """What is noted of a run of the last cell: calls as they come, arrays while there is room."""

    calls: list[tuple[Noted, list[Returned]]] = field(default_factory=list)
    arrays: dict[str, Array] = field(default_factory=dict)

    def of(self, name: Noted, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and is noted."""

        def noted(*args: Any, **kwargs: Any) -> Any:
            number = len(self.calls)
            rows: list[Returned] = []
            if number < MAX_CALLS:
                self.calls.append((name, rows))
                for position, value in enumerate((*args, *kwargs.values())[:MAX_ARGUMENTS]):
                    rows.append(self.seen(f"{number}.{position}", value))
            result = function(*args, **kwargs)
            if number < MAX_CALLS:
                rows.append(self.seen(f"{number}.result", result))
            return _drawable(result) if name == "returnCAM" else result

        return noted

    def seen(self, key: str, value: Any) -> Returned:
        """Describe a value and keep its numbers, where it has any, under a key."""
        seen, array = returned(value)
        if array is not None and self._has_room(array):
            self.arrays[key] = array
        return seen

    def _has_room(self, array: Array) -> bool:
        total = sum(kept.nbytes for kept in self.arrays.values()) + array.nbytes
        return len(self.arrays) < MAX_ARRAYS and total <= MAX_KEPT


def cam_cell(world: World, asked: CamCell, arrays: Arrays) -> Answer[Cell]:
    """Run the last cell in a copy of the notebook's namespace; note what each function was given and gave."""
    namespace, notes = dict(world.namespaces.get(world.slice.cam_module, {})), Notes()
    for name in NOTED:
        if name in world.targets:
            namespace[name] = notes.of(name, world.targets[name])
    failures = run_chunks(world.slice.cam_cell, namespace)
    if "weight_fc" not in namespace and failures:
        failures += run_chunks(world.slice.weight_fc, namespace)
    bound = "weight_fc" in namespace
    weight_fc, array = returned(namespace["weight_fc"]) if bound else (Returned(""), None)
    calls = tuple(NotedCall(name, tuple(rows)) for name, rows in notes.calls)
    return Cell(weight_fc, calls, tuple(failures)), notes.arrays | named("weight_fc", array)


def _drawable(value: Any) -> Any:
    """Let the cell go on drawing a map of another type, which costs a line of its own."""
    if isinstance(value, np.ndarray) and value.dtype != np.uint8 and value.dtype.kind in "fiu":
        return np.clip(np.nan_to_num(value.astype(np.float64)), 0, 255).astype(np.uint8)
    return value
