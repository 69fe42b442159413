"""Whether a model holds a VGG-16, and what takes it away again before the model is trained."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from copy import deepcopy

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from grader.records.submission import Chunk, Copying
from grader.wall.values import SourceLine
from grader.wall.verbs import CopyVgg
from grader.worker.downloads import downloaded
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import World, run_chunks

WORDS = re.compile(r"\w+")
ABOUT = 3  # statements about a model where one may take away what another has copied: it is built first
MOVES = ("cpu", "cuda", "eval", "to", "train")  # of PyTorch: they leave values as they are


def took(model: nn.Module, vgg16: nn.Module) -> bool:
    """Whether a weight of a model holds a VGG-16's values."""
    theirs = [each for name, each in vgg16.named_parameters() if name.endswith("weight") and each.numel() > 1]
    own = list(model.parameters())
    if any(map(is_lazy, own)):  # what was tried made new layers
        return False
    for parameter in own:
        if parameter.dim() < 2:
            continue
        flat = parameter.detach().reshape(-1)
        alike = (each.detach().reshape(-1) for each in theirs if each.numel() == flat.numel())
        if any(torch.equal(flat[:64], each[:64]) and torch.equal(flat, each) for each in alike):
            return True
    return False


def taken_back(world: World, asked: CopyVgg, vgg16: nn.Module) -> SourceLine | None:
    """The notebook's statement after which its model no longer holds the VGG-16 that it was given, if any.

    What reads weights from somewhere goes on with a model, and may leave anything in it.
    """
    for copying in world.slice.copying.get(asked.model, ())[:1]:
        about = [chunk for chunk in copying.chunks if copying.name in WORDS.findall(chunk.source)]
        while about and moves(about[-1].source, copying.name):
            about.pop()  # building a network once more takes a second
        if len(about) >= ABOUT and not any("load" in chunk.source for chunk in about):
            return _emptied(copying, world, vgg16)
    return None


def moves(source: str, name: str) -> bool:
    """Whether a statement only moves a model to a device or into a mode, bound to its name again or not."""
    with suppress(SyntaxError):
        match ast.parse(source).body:
            case [ast.Expr(value)]:
                return _moved(value, name)
            case [ast.Assign([ast.Name(bound)], value)]:
                return bound == name and _moved(value, name)
    return False


def _moved(value: ast.expr, name: str) -> bool:
    match value:
        case ast.Call(ast.Attribute(ast.Name(owner), called)):
            return owner == name and called in MOVES
        case ast.Call(ast.Attribute(ast.Call() as before, called)):
            return called in MOVES and _moved(before, name)
    return False


def _emptied(copying: Copying, world: World, vgg16: nn.Module) -> SourceLine | None:
    namespace, held = dict(world.namespaces.get(copying.module, {})), list[bool | None]()

    def look(_: Chunk) -> bool:
        held.append(_holds(namespace.get(copying.name), vgg16))
        return True

    torch.manual_seed(0)
    # a model may share what it takes, so that what fills it fills both
    with without_slow_initialisers(), downloaded(deepcopy(vgg16)):
        failed = run_chunks(copying.chunks, namespace, look)
    look(copying.chunks[-1])
    at = max((number for number, holds in enumerate(held) if holds), default=len(held))
    if failed or None in held[at:] or not held[at + 1 :]:
        return None
    return SourceLine(copying.chunks[at].label, copying.chunks[at].line)


def _holds(model: object, vgg16: nn.Module) -> bool | None:
    """Whether a model holds a VGG-16; None of what is no model, can't be looked at, or rounds its values."""
    if not isinstance(model, nn.Module):
        return None
    with suppress(Exception):  # where a student's own layers stand in the way
        rounds = any(each.dtype is not torch.float32 for each in model.parameters())
        return None if rounds else took(model, vgg16)
    return None
