"""A model that copying made itself is taken for the one under examination."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from grader.wall.verbs import CopyVgg, OfModel
from grader.worker.answering import in_mode
from grader.worker.challenge import real_model
from grader.worker.loader import World, call
from grader.worker.state import Real


def adopt(world: World, asked: OfModel[Any], made: object) -> None:
    """Take a model that copying made, or that stands in what it made, for the one under examination."""
    known = real_model(world, asked)
    for model in _models_in(made):
        if model is known:
            return
        if _is_made_alike(model, known, asked):
            call(model.cpu)
            world.state.real = Real((asked.model, asked.n_class), in_mode(model, training=False))
            return


def _is_made_alike(model: nn.Module, known: nn.Module, asked: OfModel[Any]) -> bool:
    """Whether a model is of the same layers as the one under examination, but for what that one was lent."""
    own, others = _shapes(model), _shapes(known)
    lent = set[str]()
    if isinstance(asked, CopyVgg):
        lent |= {name for name in others if name.partition(".")[0] in asked.stand_ins}
        lent |= {f"{layer}.bias" for layer in asked.biasless}
    return own.items() <= others.items() and others.keys() - own.keys() <= lent


def _models_in(made: object) -> Iterator[nn.Module]:
    """The models in a wrapper, a table, a list or an object that holds them."""
    if isinstance(made, nn.Module):
        yield from made.modules()
        return
    held = made.values() if isinstance(made, dict) else made if isinstance(made, list | tuple) else ()
    own = vars(made).values() if hasattr(made, "__dict__") else ()
    for each in (*held, *own):
        if isinstance(each, nn.Module):
            yield from each.modules()


def _shapes(model: nn.Module) -> dict[str, torch.Size | None]:
    return {name: None if is_lazy(value) else value.shape for name, value in model.named_parameters()}
