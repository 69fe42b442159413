"""What single operations of a forward pass give, counted as a recording counts them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader.worker.trace import DROPOUTS


class Results(TorchDispatchMode):
    """Keep the first results of some operations, by their number."""

    def __init__(self, operations: Collection[int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
        self.operations = frozenset(operations)
        self.values: dict[int, Tensor] = {}
        self.counting = True
        self._next = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        if self.counting:
            first = out[0] if isinstance(out, tuple | list) and out else out
            if self._next in self.operations and isinstance(first, Tensor):
                self.values[self._next] = first.detach().clone()
            self._next += 1
        return out


class Uncounted(TorchFunctionMode):
    """Let dropouts drop; a recording does without their operations."""

    def __init__(self, results: Results) -> None:
        super().__init__()
        self.results = results

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.results.counting = func not in DROPOUTS
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self.results.counting = True
