"""Which line of the submission wrote a model's parameters last, seen while its code runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from grader.wall.values import MAX_CALLERS, SourceLine
from grader.worker.places import is_of_submission

MOST = 20_000  # lines that are looked behind: what runs more of them tells no more
BITS = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}  # by bytes of a value
Seen = tuple[int, tuple[int, ...]]  # where a parameter's memory is, and the bits of some of its values


class Watch:
    """Looks at a model's parameters behind every line; `written` are the lines that changed them last."""

    def __init__(self, model: nn.Module) -> None:
        self.left = MOST
        self._lines: dict[int, int] = {}  # of each frame, the line that is running
        self._found, self._unless = _nothing, _nothing()
        self._take(model)

    def follow(self, found: Callable[[], object], unless: object = None) -> None:
        """Look at the model that is found in the place of this one, as soon as there is another than that."""
        self._found, self._unless = found, unless

    def _take(self, model: nn.Module) -> None:
        self._model = model
        self.owners = {
            f"{prefix}.{key}" if prefix else key: (prefix, module, key)
            for prefix, module in model.named_modules()
            for key, _ in module.named_parameters(recurse=False)
        }
        self._holders = _holders(dict(model.named_modules()))
        self.written: dict[str, SourceLine] = {}
        self._values: dict[str, tuple[int, Any]] = {}
        self._seen = {name: self._look(name) for name in self.owners}

    def trace(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        """Follow the submission's own code, line by line."""
        if self.left <= 0 or not is_of_submission(frame.f_code):
            return None
        self._lines[id(frame)] = frame.f_lineno
        return self._behind

    def _behind(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if event == "exception":
            return self._behind
        self.left -= 1
        if self.left <= 0:
            sys.settrace(None)
            frame.f_trace = None
            return None
        line = self._lines.get(id(frame), frame.f_lineno)
        other = self._found()
        if other is not self._unless and isinstance(other, nn.Module) and other is not self._model:
            self._take(other)
        for name in self.owners:
            seen = self._look(name)
            if seen != self._seen[name]:
                self._seen[name] = seen
                self.written[name] = _told(frame, line)
        self._lines[id(frame)] = frame.f_lineno
        return self._behind

    def _look(self, name: str) -> Seen:
        prefix, made, key = self.owners[name]
        holder, child = self._holders[prefix]
        module = getattr(holder, child, made) if child else made  # another may stand in its place now
        parameters = module._parameters
        parameter = parameters[key] if key in parameters else None  # noqa: SIM401 - a scripted module's has no `get`
        if parameter is None or is_lazy(parameter):
            return 0, ()
        where = parameter.data_ptr()
        if self._values.get(name, (None,))[0] != where:
            self._values[name] = where, _view(parameter)
        values = self._values[name][1]
        return where, tuple(values[at] for at in (0, len(values) // 2, -1)) if len(values) else ()


def _nothing() -> object:
    return None


def _holders(modules: Mapping[str, nn.Module]) -> dict[str, tuple[nn.Module, str]]:
    """Return the module that each of them is held by, and its name there; of the model itself that is ""."""
    parts = {name: name.rpartition(".") for name in modules}
    return {name: (modules[above], child) for name, (above, _, child) in parts.items()}


def _view(parameter: Tensor) -> Any:
    """Return the same memory as a flat array of bits, or nothing where it does not lie in one piece.

    Bits, since no value that is no number equals itself, and NumPy lacks some of torch's types.
    """
    data, bits = parameter.detach(), BITS.get(parameter.element_size())
    if bits is None or not data.is_contiguous() or data.device.type != "cpu":
        return np.empty(0)
    return data.view(-1).view(bits).numpy()


def _told(frame: FrameType, line: int) -> SourceLine:
    callers: list[SourceLine] = []
    above = frame.f_back
    while above is not None and len(callers) < MAX_CALLERS:
        if is_of_submission(above.f_code):
            callers.append(SourceLine(above.f_code.co_filename, above.f_lineno))
        above = above.f_back
    return SourceLine(frame.f_code.co_filename, line, callers=tuple(callers))


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Watch while this lasts."""
    before = sys.gettrace()
    sys.settrace(watch.trace)
    try:
        yield
    finally:
        sys.settrace(before)
