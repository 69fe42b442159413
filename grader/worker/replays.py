"""The notebook's own statements that make a model and begin it, or put a VGG-16 into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import nn

from grader.records.submission import Copying
from grader.wall.values import SourceLine
from grader.wall.verbs import Failure, OfModel
from grader.worker.adopting import adopt
from grader.worker.challenge import real_model
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import StudentCodeError, World, run_chunks
from grader.worker.trained import read_from_files
from grader.worker.ways import Way


def as_the_notebook_begins(world: World, asked: OfModel[Any]) -> None:
    """Let the notebook's own statements make a model and begin it, which is under examination then."""
    for way in replays(world, asked):
        model = real_model(world, asked)
        with suppress(StudentCodeError):
            way.go(model, model)  # what it would copy from does not matter here


def replays(world: World, asked: OfModel[Any]) -> Iterator[Way]:
    """Yield what the notebook does with each of its models; of a name that was trained, with the VGG-16."""
    for copying in world.slice.copying.get(asked.model, ()):

        def go(model: nn.Module, vgg16: nn.Module, copying: Copying = copying) -> Failure | None:
            known = world.namespaces.get(copying.module, {})
            namespace, failures = _replayed(world, copying, known)
            held = world.state.vgg16
            name = lacked(failures[0]) if failures else ""
            awaited = {name: vgg16} if name in copying.awaits else {}  # it was trained: nothing is here
            unread = bool(failures) and failures[0].kind == FileNotFoundError.__name__
            if (awaited or unread) and held is not None and vgg16 is not held.model:
                with read_from_files(vgg16):
                    namespace, failures = _replayed(world, copying, {**known, **awaited})
            adopt(world, asked, namespace.get(copying.name))
            return failures[0] if failures else None

        last = copying.chunks[-1]
        yield Way(f"the notebook's {copying.name}", go, SourceLine(last.label, last.line), takes=True)


def _replayed(
    world: World, copying: Copying, known: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Sequence[Failure]]:
    """Run statements with what is known, while the model that they make is looked at; what they bound, and
    what failed."""
    namespace, before = dict(known), known.get(copying.name)
    if world.state.watch is not None:
        world.state.watch.follow(lambda: namespace.get(copying.name, before), unless=before)
    torch.manual_seed(0)  # as in each model that is made: what nobody copies holds what it held
    with without_slow_initialisers():
        failures = run_chunks(copying.chunks, namespace)
    return namespace, failures


def lacked(failure: Failure) -> str:
    """The name that has no value, where that is what failed."""
    return failure.message.split("'")[1] if failure.kind == "NameError" and "'" in failure.message else ""
