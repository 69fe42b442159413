"""Call the student's `get_cls_pred` and `returnCAM`, and run the last cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.worker.console import capture
from grader.worker.loader import StudentCodeError, World, call, run_chunks
from grader.worker.models import WrongKindError

Array = np.ndarray[Any, Any]
Arrays = Mapping[str, Array]
Answer = tuple[Any, dict[str, Array]]
SENDABLE = ("float32", "float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
MAX_BYTES = 64 << 20
MAX_ARRAYS = 40


def _target(world: World, name: str) -> Any:
    if name not in world.targets:
        raise StudentCodeError from NameError(f"{name} is not defined")
    if not callable(world.targets[name]):
        kind = type(world.targets[name]).__name__
        raise StudentCodeError from WrongKindError(f"{name} is of type {kind}, not a function")
    return world.targets[name]


def plain(value: Any) -> tuple[dict[str, Any], dict[str, Array]]:
    """Describe a value of any kind, with its numbers where it is an array, a tensor or a number."""
    kind = type(value).__name__
    try:
        array = value.detach().cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)
    except Exception:
        return {"type": kind, "text": ""}, {}
    written = {"type": kind, "shape": list(array.shape), "dtype": str(array.dtype), "text": _text(value)}
    fits = str(array.dtype) in SENDABLE and array.nbytes <= MAX_BYTES and array.ndim <= 8
    return written, {"value": np.array(array, order="C", copy=True)} if fits else {}


def _text(value: Any) -> str:
    try:
        return repr(value)[:200]
    except Exception:
        return ""


def cls_pred(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Call get_cls_pred on a (1, 1000) tensor of logits."""
    function = _target(world, "get_cls_pred")
    with capture() as tape:
        value = call(function, torch.from_numpy(arrays["logit"].copy()))
    world.state["index"] = value
    written, found = plain(value)
    return {**written, "printed": tape.text}, found


INDICES: dict[str, Callable[[int], Any]] = {
    "tensor": lambda i: torch.tensor([i]),
    "tensor0": lambda i: torch.tensor(i),
    "array": lambda i: np.array([i]),
    "array0": lambda i: np.int64(i),
    "int": int,
}


def cam(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Call returnCAM; say whether its inputs were changed. The index has one of the accepted forms."""
    function = _target(world, "returnCAM")
    features, weight = arrays["features"].copy(), arrays["weight"].copy()
    value = call(function, features, weight, INDICES[args["form"]](args["index"]))
    kept = bool(np.array_equal(features, arrays["features"]) and np.array_equal(weight, arrays["weight"]))
    written, found = plain(value)
    return {**written, "kept": kept}, found


# --- the last cell ------------------------------------------------------------------------------------


def cam_cell(world: World, args: dict[str, Any], arrays: Arrays) -> Answer:
    """Run the last cell in a copy of the notebook's namespace; note what each function was given and gave."""
    namespace = dict(world.namespaces.get(world.slice.cam_module, {}))
    calls: list[dict[str, Any]] = []
    found: dict[str, Array] = {}
    for name in ("get_cls_pred", "returnCAM"):
        if name in world.targets:
            namespace[name] = _noting(name, world.targets[name], calls, found)
    failures = run_chunks(world.slice.cam_cell, namespace)
    if "weight_fc" not in namespace and failures:
        failures += run_chunks(world.slice.weight_fc, namespace)
    written: dict[str, Any] = {"type": ""}
    if "weight_fc" in namespace:
        written = _keep(namespace["weight_fc"], "weight_fc", found)
    return {
        "weight_fc": written,
        "calls": calls,
        "failures": [failure.plain() for failure in failures],
    }, found


def _noting(name: str, function: Any, calls: list[dict[str, Any]], found: dict[str, Array]) -> Any:
    def noted(*args: Any, **kwargs: Any) -> Any:
        number = len(calls)
        calls.append({"name": name, "arguments": []})
        for position, value in enumerate((*args, *kwargs.values())):
            _note(calls[number]["arguments"], f"{number}.{position}", value, found)
        result = function(*args, **kwargs)
        _note(calls[number]["arguments"], f"{number}.result", result, found)
        return _drawable(result) if name == "returnCAM" else result

    return noted


def _drawable(value: Any) -> Any:
    """Let the cell go on drawing a map of another type, which its own line pays for."""
    if isinstance(value, np.ndarray) and value.dtype != np.uint8 and value.dtype.kind in "fiu":
        return np.clip(np.nan_to_num(value.astype(np.float64)), 0, 255).astype(np.uint8)
    return value


def _note(rows: list[Any], key: str, value: Any, found: dict[str, Array]) -> None:
    rows.append(_keep(value, key, found) if len(found) < MAX_ARRAYS else plain(value)[0])


def _keep(value: Any, key: str, found: dict[str, Array]) -> dict[str, Any]:
    """Describe a value and put its numbers, where it has any, under a key."""
    written, arrays = plain(value)
    if "value" in arrays:
        found[key] = arrays["value"]
    return written
