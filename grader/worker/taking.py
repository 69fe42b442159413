"""Whether a model holds a VGG-16, and what takes it away again before the model is trained."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field

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
READS = re.compile(r"(?<!data)(?<!image)load(?!_state_dict\b|er)|state_dict_from", re.IGNORECASE)
ABOUT = 3  # statements about a model where one may take away what another has copied: it is built first
MOVES = ("cpu", "cuda", "eval", "to", "train")  # of PyTorch: they leave values as they are
SAMPLE = 256  # values of a parameter that tell whose it holds
NEAR = 0.2  # of their size: what a few steps of training leave is still what was copied

Held = frozenset[str]  # names of parameters that hold a VGG-16's values


@dataclass(frozen=True)
class TakenBack:
    """The statement after which a model holds no VGG-16, else those after which some parameters don't."""

    whole: SourceLine | None = None
    lost: Mapping[str, SourceLine] = field(default_factory=dict)


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


def taken_back(world: World, asked: CopyVgg, vgg16: nn.Module) -> TakenBack:
    """What the notebook's statements take away of the VGG-16 that its model was given, before it is trained.

    It was never there where it is given too late. What reads weights from somewhere goes on with a model, and
    may leave anything in it.
    """
    copyings = world.slice.copying.get(asked.model, ())
    if len(copyings) == 1 and (late := copyings[0].late):
        return TakenBack(SourceLine(late.label, late.line))
    for copying in copyings[:1]:
        about = [chunk for chunk in copying.chunks if copying.name in WORDS.findall(chunk.source)]
        while about and moves(about[-1].source, copying.name):
            about.pop()  # building a network once more takes a second
        if len(about) >= ABOUT and not any(READS.search(chunk.source) for chunk in about):
            return _emptied(copying, world, vgg16)
    return TakenBack()


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


def _emptied(copying: Copying, world: World, vgg16: nn.Module) -> TakenBack:
    namespace, held = dict(world.namespaces.get(copying.module, {})), list[Held | None]()

    def look(_: Chunk) -> bool:
        held.append(_held(namespace.get(copying.name), vgg16))
        return True

    torch.manual_seed(0)
    # a model may share what it takes, so that what fills it fills both
    with without_slow_initialisers(), downloaded(deepcopy(vgg16)):
        failed = run_chunks(copying.chunks, namespace, look)
    look(copying.chunks[-1])
    return TakenBack() if failed else _compared(copying.chunks, held)


def _compared(chunks: Sequence[Chunk], held: Sequence[Held | None]) -> TakenBack:
    """What was held and is no more at the end, each with the statement that it was last held before."""
    end = held[-1]
    names = sorted(_without(frozenset[str]().union(*filter(None, held)), end or frozenset()))
    ends = {name: max(at for at, each in enumerate(held) if each and name in each) for name in names}
    weights = [name for name in names if name.endswith("weight")]
    if end is None or not names or None in held[min(ends.values()) :]:
        return TakenBack()
    lines = {name: SourceLine(chunks[at].label, chunks[at].line) for name, at in ends.items()}
    if any(name.endswith("weight") for name in end):
        return TakenBack(lost=lines)
    return TakenBack(lines[max(weights, key=lambda name: ends[name])] if weights else None)


def _without(names: Held, others: Held) -> Held:
    """The names that are none of others; a model within another one has longer ones: `module.fc6.weight`."""
    inner = {name.split(".", at)[-1] for name in others for at in range(name.count(".") + 1)}
    return frozenset(name for name in names - inner if not any(name.endswith(f".{each}") for each in others))


def _held(model: object, vgg16: nn.Module) -> Held | None:
    """The parameters of a model that hold a VGG-16's; None of what is no model, can't be looked at, or rounds
    its values."""
    if not isinstance(model, nn.Module):
        return None
    with suppress(Exception):  # where a student's own layers stand in the way
        own = dict(model.named_parameters())
        if any(each.dtype is not torch.float32 or is_lazy(each) for each in own.values()):
            return None
        theirs = [(each.numel(), _sample(each)) for each in vgg16.parameters()]
        return frozenset(name for name, each in own.items() if _is_of(each, theirs))
    return None


def _is_of(parameter: nn.Parameter, theirs: Sequence[tuple[int, torch.Tensor]]) -> bool:
    """Whether a parameter holds about what one of others does."""
    own = _sample(parameter)
    alike = (each for size, each in theirs if size == parameter.numel())
    return any(bool((own - each).norm() <= NEAR * each.norm()) for each in alike)


def _sample(parameter: nn.Parameter) -> torch.Tensor:
    flat = parameter.detach().reshape(-1)
    return flat[:: max(1, len(flat) // SAMPLE)]
