"""What any model answers about itself; what a student's raises or answers else is the student's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from grader.wall.values import kind_of
from grader.wall.verbs.request import MAX_PARAMETERS
from grader.worker.loader import StudentCodeError, World, call
from grader.worker.places import line_of

USUAL = (Tensor, nn.Parameter)


class OddModelError(TypeError):
    """A model that is none: it doesn't answer what any model does."""


def examine(model: nn.Module) -> None:
    """Ask a model for each of its tensors, and these for what any tensor tells.

    Raises whatever they raise, OddModelError where an answer is none.
    """
    for named in (model.named_parameters(), model.named_buffers()):
        for name, tensor in _few("tensors", named):
            _certain(type(name) is str and isinstance(tensor, Tensor), name, tensor)
            _certain(all(type(side) is int for side in tensor.shape), f"the shape of {name}", tensor.shape)
            _certain(type(tensor.numel()) is int, f"the size of {name}", tensor.numel)


def examine_closely(model: nn.Module) -> None:
    """The same, and whether its tensors are of the usual kinds; it stays in eval mode."""
    model.eval()
    examine(model)
    for each in _few("layers", model.modules()):
        _certain(isinstance(each.training, bool), "training", each.training)
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        _certain(type(tensor) in USUAL, name, tensor)
        _usual(name, tensor)


def has_values(model: nn.Module) -> None:
    """Raise OddModelError where a tensor of a model that was made to be real is on the meta device."""
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if tensor.is_meta:
            raise OddModelError(f"{name} of the model has no values: it is on the meta device")


def in_mode(model: nn.Module, training: bool) -> nn.Module:
    """A model in train or eval mode, set as a notebook does; who overrides that may forget to return it."""
    call(lambda: model.train() if training else model.eval())
    return model


def _few(what: str, given: Iterable[Any]) -> Iterator[Any]:
    for number, each in enumerate(islice(given, MAX_PARAMETERS + 1)):
        if number == MAX_PARAMETERS:
            raise OddModelError(f"the model has more than {MAX_PARAMETERS} {what}")
        yield each


def _certain(usual: bool, name: object, found: object) -> None:
    if not usual:
        raise OddModelError(f"{name} of the model is of type {kind_of(found)}")


def _usual(name: str, tensor: Tensor) -> None:
    """Raise OddModelError where a tensor can't be written to, or holds no real numbers as they are."""
    if tensor.is_complex() or tensor.is_quantized or tensor.is_mkldnn:
        raise OddModelError(f"{name} of the model is of type {tensor.dtype}, {tensor.layout}")
    if tensor.layout is torch.strided:
        tensor.data_ptr()  # what is left of a tensor within `torch.vmap` has none
    if overlaps(tensor):
        raise OddModelError(f"{name} of the model is an expanded view: nothing can be written to it")
    if tensor.is_inference():
        raise OddModelError(f"{name} of the model was made in inference mode: it can't be trained")


def overlaps(tensor: Tensor) -> bool:
    """Whether several of a tensor's numbers are one in memory, as `expand` leaves them."""
    if tensor.layout is not torch.strided:
        return False
    return any(side > 1 and not step for side, step in zip(tensor.shape, tensor.stride(), strict=True))


def is_lazy_anywhere(model: nn.Module) -> bool:
    """Whether a model has a tensor that waits for its shape."""
    given = (model.parameters(), model.buffers())
    return any(is_lazy(tensor) for tensors in given for tensor in _few("tensors", tensors))


def forget_lazy(model: nn.Module) -> None:
    """Do without the lazy tensors of layers that no pass has run: nothing depends on them."""
    for module in model.modules():
        for tensors in (module._parameters, module._buffers):
            for name in [name for name, each in tensors.items() if each is not None and is_lazy(each)]:
                tensors[name] = None


def blaming(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation that, where it breaks, looks whether a model of the student's is an odd one."""

    @wraps(operation)
    def run(world: World, asked: Any, arrays: Any) -> Any:
        try:
            return operation(world, asked, arrays)
        except (StudentCodeError, MemoryError, torch.OutOfMemoryError):
            raise
        except BaseException as error:
            for model in world.state.models() if line_of(error) is None else ():
                call(examine_closely, model)
            raise

    return run
