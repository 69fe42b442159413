"""Record one forward pass as plain data: every tensor operation, who feeds whom, and the line that called it.

Nothing is interpreted here. A value has a number; an operation is a row
`[name, arguments, named arguments, results, line]` whose tensor arguments are written `["t", number]`
and whose results are `[number, shape]`, as grader/wall/recording.py reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader.wall.recording import MAX_CALLS
from grader.wall.values import cut, kind_of

LARGE = 1_000_000  # elements of a tensor that is not sent
DROPOUTS: dict[Any, str] = {
    F.dropout: "dropout",
    F.dropout1d: "dropout1d",
    F.dropout2d: "dropout2d",
    F.dropout3d: "dropout3d",
    F.alpha_dropout: "alpha_dropout",
    F.feature_alpha_dropout: "feature_alpha_dropout",
    torch.dropout: "dropout",
    torch.feature_dropout: "dropout2d",
    torch.dropout_: "dropout",
    torch.feature_dropout_: "dropout2d",
    torch.alpha_dropout: "alpha_dropout",
}


class Dropouts(TorchFunctionMode):
    """Make every dropout the identity and tell `seen` of it: (input, kind, rate, active)."""

    def __init__(self, seen: Callable[[Tensor, str, float, bool], None] = lambda *_: None) -> None:
        super().__init__()
        self.seen = seen

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func not in DROPOUTS:
            return func(*args, **(kwargs or {}))
        names = ("input", "p", "training")
        values: dict[str, Any] = {
            "p": 0.5,
            "training": True,
            **dict(zip(names, args, strict=False)),
            **(kwargs or {}),
        }
        values["training"] = values.get("train", values["training"])
        self.seen(values["input"], DROPOUTS[func], float(values["p"]), bool(values["training"]))
        return values["input"]


class Calm(TorchDispatchMode):
    """Take the chance out of random operations: coins give ones, all else zeros, as the trusted side does."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        if torch.Tag.nondeterministic_seeded in func.tags and isinstance(out, Tensor):
            out.fill_(float("bernoulli" in str(func)))
        return out


class Recorder(TorchDispatchMode):
    """Number every tensor and write down every operation on it."""

    def __init__(self, model: nn.Module, place: Callable[[], Any], *, recognising: bool = True) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # idem
        self.place, self.recognising = place, recognising
        self.constants: list[Tensor | None] = []  # in order; None for a large one, and for one without values
        self.calls: list[list[Any]] = []
        self.leaves: list[list[Any]] = []
        self.dropouts: list[list[Any]] = []
        self.aliased = False
        self._kept: list[Tensor] = []  # a dead tensor's id could be given to another
        self._numbers: dict[int, int] = {}
        self._stale: set[int] = set()
        self._storages: dict[int, list[Tensor]] = {}
        self._next = 0
        for kind, named in (("parameter", model.named_parameters()), ("buffer", model.named_buffers())):
            for name, tensor in named:
                self.leaf(tensor, kind, name)

    def leaf(self, tensor: Tensor, kind: str, name: str = "") -> int:
        """Number a tensor that no recorded operation made."""
        number = self._number(tensor)
        self.leaves.append([number, kind, name, list(tensor.shape)])
        return number

    def number(self, tensor: Tensor) -> int:
        """Return a tensor's number, making it a leaf if nobody knows it."""
        if id(tensor) in self._numbers:
            self.aliased |= id(tensor) in self._stale
            return self._numbers[id(tensor)]
        twin = next((t for t in self._twins(tensor) if t.shape == tensor.shape), None)
        if twin is not None:  # `.data` of something known
            self._keep(tensor, self._numbers[id(twin)])
            return self._numbers[id(twin)]
        return self._copy_of(tensor) or self._constant(tensor)

    def _constant(self, tensor: Tensor) -> int:
        small = tensor.numel() <= LARGE and not tensor.is_meta
        self.constants.append(tensor.detach().clone() if small else None)
        return self.leaf(tensor, "constant")

    def _copy_of(self, tensor: Tensor) -> int:
        """Recognise a value that went through numpy by its numbers: the last equal one; 0 if none."""
        if tensor.is_meta or tensor.numel() < 2 or not self.recognising:
            return 0
        for known in reversed(self._kept[-40:]):
            if known.shape == tensor.shape and known.dtype == tensor.dtype and torch.equal(known, tensor):
                self._keep(tensor, self._numbers[id(known)])
                return self._numbers[id(known)]
        return 0

    def dropout(self, tensor: Tensor, kind: str, rate: float, active: bool) -> None:
        """Note a dropout on a value."""
        self.dropouts.append([self.number(tensor), kind, rate, active, self.place()])

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        written = [self._plain(arg) for arg in args]
        named = {name: self._plain(value) for name, value in (kwargs or {}).items()}
        out = func(*args, **(kwargs or {}))
        results = [t for t in (out if isinstance(out, tuple | list) else [out]) if isinstance(t, Tensor)]
        changed = {id(t): t for t in self._mutated(func, args, kwargs or {})}
        for tensor in changed.values():
            self._renumber(tensor)
        numbers = [
            [self._numbers[id(t)] if id(t) in changed else self._number(t), list(t.shape)] for t in results
        ]
        if len(self.calls) >= MAX_CALLS:
            raise RuntimeError(f"the forward pass takes more than {MAX_CALLS} operations")
        name = f"random.{func}" if torch.Tag.nondeterministic_seeded in func.tags else str(func)
        self.calls.append([name, written, named, numbers, self.place()])
        return out

    @staticmethod
    def _mutated(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Tensor]:
        for position, argument in enumerate(func._schema.arguments):
            if argument.alias_info is not None and argument.alias_info.is_write:
                value = args[position] if position < len(args) else kwargs.get(argument.name)
                if isinstance(value, Tensor):
                    yield value

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return ["t", self.number(value)]
        if isinstance(value, list | tuple):
            return ["l", [self._plain(item) for item in value]]
        if value is None or isinstance(value, bool | int | float | str):
            return value
        return ["x", cut(value, 200)]  # a dtype, a device, a memory format

    def _number(self, tensor: Tensor) -> int:
        self._next += 1
        self._keep(tensor, self._next)
        return self._next

    def _keep(self, tensor: Tensor, number: int) -> None:
        self._numbers[id(tensor)] = number
        self._kept.append(tensor)
        self._storages.setdefault(_memory(tensor), []).append(tensor)

    def _twins(self, tensor: Tensor) -> list[Tensor]:
        return self._storages.get(_memory(tensor), [])

    def _renumber(self, tensor: Tensor) -> None:
        """Give a tensor changed in place a new number; other views of its memory are stale from now on."""
        self._next += 1
        for twin in self._twins(tensor):
            if twin is tensor or _same_view(twin, tensor):
                self._numbers[id(twin)] = self._next
            else:
                self._stale.add(id(twin))


def _memory(tensor: Tensor) -> int:
    """What tells the memory that a tensor shares with its views; a sparse one shares none."""
    return tensor.untyped_storage()._cdata if tensor.layout is torch.strided else id(tensor)


def _same_view(a: Tensor, b: Tensor) -> bool:
    return (a.shape, a.stride(), a.storage_offset()) == (b.shape, b.stride(), b.storage_offset())


def record(
    model: nn.Module, x: Tensor, place: Callable[[], Any], line: Callable[[Any], Any] = lambda place: place
) -> tuple[dict[str, Any], Any]:
    """Run `model(x)` and return what happened as plain data, with the raw output.

    `line` tells the line of each place once all of them are known.
    """
    recorder = Recorder(model, place)
    entry = recorder.leaf(x, "input")
    with recorder, Dropouts(recorder.dropout):
        output = model(x)
    trace = {
        "input": entry,
        "output": recorder.number(output) if is_tensor(output) else None,
        "leaves": recorder.leaves,
        "calls": [[*row, line(noted)] for *row, noted in recorder.calls],
        "dropouts": [[*row, line(noted)] for *row, noted in recorder.dropouts],
        "aliased": recorder.aliased,
        "training": bool(model.training),
        **describe(output),
    }
    return trace, output


def constants(model: nn.Module, x: Tensor, *, recognising: bool) -> list[Tensor | None]:
    """Run `model(x)` and return its constants, in the order in which `record` writes them down.

    On the meta device, which has no values, nothing is recognised by them.
    """
    recorder = Recorder(model, lambda: None, recognising=recognising)
    recorder.leaf(x, "input")
    with recorder, Dropouts(recorder.dropout):
        model(x)
    return recorder.constants


def describe(output: Any) -> dict[str, Any]:
    """Return what a forward pass returned: type, shape, dtype, whether a gradient can flow."""
    if not is_tensor(output):
        return {"type": kind_of(output), "shape": [], "dtype": "", "requires_grad": False}
    shape, dtype = [int(n) for n in output.shape], str(output.dtype).removeprefix("torch.")
    return {"type": "Tensor", "shape": shape, "dtype": dtype, "requires_grad": output.requires_grad}


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor, whatever its `__class__` says."""
    return issubclass(type(value), Tensor)
