"""What a notebook's own statements leave a model set to, gone through where nothing takes memory."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch
from msgspec import structs
from torch import nn

from grader.records.submission import Chunk, Copying
from grader.wall.values import SourceLine
from grader.wall.verbs import Changed, Failure
from grader.worker.changing import Settings, changes, settings
from grader.worker.downloads import downloaded
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import StudentCodeError, call, run_chunks
from grader.worker.meta import in_place_of


def left_by(
    copying: Copying,
    known: Mapping[str, Any],
    vgg16: nn.Module,
    made: Settings,
    by_itself: tuple[Changed, ...] = (),
) -> tuple[Changed, ...]:
    """What is set otherwise than it was made when the statements ended, each with the line that set it.

    Where they don't all run here it is what copying set `by_itself`, whose lines are not the notebook's.
    """
    namespace, seen = dict(known), list[tuple[Chunk, Settings]]()

    def look(chunk: Chunk) -> bool:
        seen.append((chunk, _settings(namespace.get(copying.name))))
        return True

    with torch.device("meta"), downloaded(weightless(vgg16)), without_slow_initialisers():
        failed = run_chunks(copying.chunks, namespace, look)
    last = _settings(namespace.get(copying.name))
    if not last or not all(map(_only_moves, failed)):
        return by_itself
    found = changes(made, last)
    return tuple(
        one if one in by_itself else structs.replace(one, line=_line(one, seen, last)) for one in found
    )


def _only_moves(failed: Failure) -> bool:
    """Whether a statement of the notebook's failed itself since there is nothing to move to a device."""
    here = failed.line and (failed.line.label, failed.line.line) == (failed.at.label, failed.at.line)
    return bool(here) and "out of meta tensor" in failed.message


def _settings(model: object) -> Settings:
    """What a model is set to; nothing of what is none, or doesn't tell."""
    try:
        return call(settings, model) if isinstance(model, nn.Module) else {}
    except StudentCodeError:
        return {}


def weightless(vgg16: nn.Module) -> nn.Module:
    """A VGG-16 whose values take no memory."""
    small = {id(each): in_place_of(each, each.detach().to("meta")) for each in vgg16.parameters()}
    return deepcopy(vgg16, small)


def _line(one: Changed, seen: list[tuple[Chunk, Settings]], last: Settings) -> SourceLine | None:
    """The statement that set what is set, the last one that changed it."""
    key = one.layer, one.setting
    after = [each.get(key) for _, each in seen[1:]] + [last.get(key)]
    pairs = zip(seen, after, strict=True)
    lines = [chunk for (chunk, before), now in pairs if before and before.get(key) != now]
    return SourceLine(lines[-1].label, lines[-1].line) if lines else None
