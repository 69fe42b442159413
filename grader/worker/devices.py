"""Let code written for a GPU run where there is none.

Nothing is done on a GPU worker. On a CPU worker a tensor asked to move to an absent device stays where it is,
and one asked to be made there is made on the default device. Tensors on the meta device stay there whatever
they are asked, since there is nothing of them to move.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.utils._device
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._device import DeviceContext

ABSENT = frozenset(("cuda", "mps", "xpu", "hip", "xla"))
MOVES = frozenset((Tensor.to, Tensor.cuda, Tensor.cpu))


def absent(device: object) -> bool:
    """Whether a value is a device that this machine lacks."""
    if isinstance(device, int) and not isinstance(device, bool):
        return True  # a bare number is the number of a GPU
    if isinstance(device, str):
        return device.split(":")[0] in ABSENT
    return isinstance(device, torch.device) and device.type in ABSENT


class NoGpu(TorchFunctionMode):
    """Rewrites calls that name an absent device."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in MOVES and args and isinstance(args[0], Tensor):
            return _move(func, args, kwargs)
        if kwargs.get("device") is not None and absent(kwargs["device"]):
            kwargs = {**kwargs, "device": None}
        return func(*args, **kwargs)


class LenientContext(DeviceContext):
    """What `with torch.device(...)` pushes: a call that names an absent device follows it as well."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if absent(kwargs.get("device")):
            kwargs = {**kwargs, "device": None}
        return super().__torch_function__(func, types, args, kwargs)  # type: ignore[no-untyped-call]  # torch's


def _move(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    tensor = args[0]
    if func is not Tensor.to:
        return func(*args, **kwargs) if func is Tensor.cpu and tensor.device.type != "meta" else tensor

    def stay(value: Any) -> Any:
        is_device = isinstance(value, str | torch.device)
        return tensor.device if absent(value) or (is_device and tensor.device.type == "meta") else value

    rest = tuple(stay(value) if place == 0 else value for place, value in enumerate(args[1:]))
    if "device" in kwargs:
        kwargs = {**kwargs, "device": stay(kwargs["device"])}
    return func(tensor, *rest, **kwargs)


def _set_default_device(device: Any) -> None:
    if not absent(device):
        _original_set_default_device(device)


_original_set_default_device = torch.set_default_device


def prepare(device: str, threads: int) -> None:
    """Set the number of threads, and on a CPU worker make absent devices harmless, for good."""
    torch.set_num_threads(threads)
    if device == "cpu":
        torch.set_default_device = _set_default_device
        torch.utils._device.DeviceContext = LenientContext  # type: ignore[misc]  # a class
        NoGpu().__enter__()  # type: ignore[no-untyped-call]  # torch's
