"""Note the calls of the student's functions while the last cell runs, under whatever name they are called."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor
from torch.nn import Module
from torch.nn.modules.module import register_module_forward_pre_hook

from grader.wall.values import cut, kind_of
from grader.wall.verbs import MAX_CALLS, MAX_INPUTS, Noted, Returned
from grader.wall.wire import DTYPES, MAX_DIMENSIONS

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]
MAX_BYTES = 64 << 20  # of one array; a map has 64 KiB, as float64 half a MiB
MAX_ARGUMENTS = 19  # of a call, and its result
MAX_ARRAYS, MAX_KEPT = 40, 256 << 20  # of all calls
MAX_INPUT = 16 << 20  # bytes of a network's input; a picture of 640 x 640 has 5 MiB


def returned(value: Any) -> tuple[Returned, Array | None]:
    """Describe a value of any kind, with its numbers where it is an array, a tensor or a number."""
    kind = kind_of(value)
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


@dataclass
class Notes:
    """What is noted of a run of the last cell: calls as they come, arrays while there is room."""

    calls: list[tuple[Noted, list[Returned]]] = field(default_factory=list)
    arrays: dict[str, Array] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)  # threads: one that calls another is one call there
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: Noted, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and is noted."""

        def noted(*args: Any, **kwargs: Any) -> Any:
            if (thread := threading.get_ident()) in self.inside:
                return function(*args, **kwargs)
            with self.lock:
                number, rows = len(self.calls), list[Returned]()
                self.calls += [(name, rows)] if number < MAX_CALLS else []
            if number < MAX_CALLS:
                for position, value in enumerate((*args, *kwargs.values())[:MAX_ARGUMENTS]):
                    rows.append(self.seen(f"{number}.{position}", value))
            self.inside.add(thread)
            try:
                result = function(*args, **kwargs)
            finally:
                self.inside.discard(thread)
            if number < MAX_CALLS:
                rows.append(self.seen(f"{number}.result", result))
            return _drawable(result) if name == "returnCAM" else result

        return noted

    @contextmanager
    def inputs_of(self, network: str) -> Iterator[None]:
        """While this lasts, note what networks of a class are given last, by the number of the next call.

        The calls' own arrays have the room first.
        """
        last = deque[tuple[int, Array]](maxlen=MAX_INPUTS)

        def note(module: Module, given: tuple[Any, ...]) -> None:
            array = returned(given[0])[1] if type(module).__name__ == network and given else None
            if array is not None and array.nbytes <= MAX_INPUT:
                last.append((len(self.calls), array))

        hook = register_module_forward_pre_hook(note)
        try:
            yield
        finally:
            hook.remove()
            for place, (number, array) in reversed(list(enumerate(last))):
                self._keep(f"{number}.input.{place}", array)

    def seen(self, key: str, value: Any) -> Returned:
        """Describe a value and keep its numbers, where it has any, under a key."""
        seen, array = returned(value)
        if array is not None:
            self._keep(key, array)
        return seen

    def _keep(self, key: str, array: Array) -> None:
        with self.lock:
            if self._has_room(array):
                self.arrays[key] = array

    def _has_room(self, array: Array) -> bool:
        total = sum(kept.nbytes for kept in self.arrays.values()) + array.nbytes
        return len(self.arrays) < MAX_ARRAYS and total <= MAX_KEPT


def _drawable(value: Any) -> Any:
    """Let the cell go on drawing a map of another type, which costs a line of its own."""
    if isinstance(value, np.ndarray) and value.dtype != np.uint8 and value.dtype.kind in "fiu":
        return np.clip(np.nan_to_num(value.astype(np.float64)), 0, 255).astype(np.uint8)
    return value


# --- wherever a function is -----------------------------------------------------------------------------


@contextmanager
def everywhere(namespaces: Iterable[dict[str, Any]], function: Function, noted: Function) -> Iterator[None]:
    """While this lasts, the noted function stands for another in every module, and in classes there."""
    plain = getattr(function, "__func__", function)
    method = _method(noted) if plain is not function else staticmethod(noted)
    places = [
        (space, name, value)
        for space in namespaces
        for name, value in list(space.items())
        if value is function or isinstance(value, type)
    ]
    held = [
        (value, name, each)
        for value in {id(value): value for _, _, value in places if isinstance(value, type)}.values()
        for name, each in list(vars(value).items())
        if getattr(each, "__func__", each) is plain
    ]
    for space, name, value in places:
        space[name] = noted if value is function else value
    for owner, name, _ in held:
        setattr(owner, name, method)
    try:
        yield
    finally:
        for space, name, value in places:
            space[name] = value
        for owner, name, each in held:
            setattr(owner, name, each)


def _method(function: Function) -> Function:
    """A method that calls a function of an object that it knows already."""
    return lambda self, *args, **kwargs: function(*args, **kwargs)
