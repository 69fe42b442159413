"""A VGG-16 that is put into another model than the one that the notebook trains."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from torch import nn

from grader.records.submission import Copying
from grader.wall.values import SourceLine
from grader.wall.verbs import CopyVgg
from grader.worker.challenge import real_model
from grader.worker.loader import World
from grader.worker.origins import noting_makers
from grader.worker.replays import replays
from grader.worker.taking import took
from grader.worker.ways import Way


def is_made_by_another(copying: Copying, model: str) -> bool:
    """Whether a notebook's model is made by a function of its own, which may copy, and not by the class."""
    for chunk in copying.chunks:
        with suppress(SyntaxError):
            match ast.parse(chunk.source).body:
                case [ast.Assign([ast.Name(name)], value)] if name == copying.name:
                    return _maker(value) not in ("", model)
    return False


def _maker(value: ast.expr) -> str:
    """What makes a value, whatever is done with it then: `A.b(12).to(device)` is of `A.b`; "" if nothing."""
    match value:
        case ast.Call(ast.Attribute(ast.Call() as before)):
            return _maker(before)
        case ast.Call(func):
            return ast.unparse(func)
    return ""


def trained_instead(world: World, asked: CopyVgg, way: Way, vgg16: nn.Module) -> SourceLine | None:
    """Where the model is made that the notebook trains, if its statements copy into another one.

    They have to give that VGG-16 to what copies: any other one can't be found in a model.
    """
    copyings, found = world.slice.copying.get(asked.model, ()), None
    if not way.takes or not all(is_made_by_another(each, asked.model) for each in copyings):
        return None
    for own in replays(world, asked):
        world.state.real = None
        before = real_model(world, asked)
        with noting_makers() as made, _entered(way, vgg16) as entered:
            failed = own.go(before, vgg16)
        after = real_model(world, asked)
        if failed or after is before or took(after, vgg16):
            return None
        found = (found or _called(made.get(id(after)))) if entered else found
    return found


def _called(made: SourceLine | None) -> SourceLine | None:
    """The line that called the constructor."""
    return made.callers[0] if made and made.callers else made


def _is_it(given: object, vgg16: nn.Module) -> bool:
    """Whether what is given is the VGG-16, or another one with its values: that is how one is downloaded."""
    return given is vgg16 or (isinstance(given, nn.Module) and took(given, vgg16))


@contextmanager
def _entered(way: Way, vgg16: nn.Module) -> Iterator[list[str]]:
    """Note, while this lasts, each time that what copies is given a VGG-16."""
    seen, home = list[str](), way.home

    def note(frame: FrameType, event: str, argument: Any) -> None:
        code, given = frame.f_code, list(frame.f_locals.values())
        if home and (code.co_filename, code.co_firstlineno) == (home.label, home.line):
            seen.extend(code.co_name for each in given if _is_it(each, vgg16))

    before = sys.gettrace()
    sys.settrace(note)
    try:
        yield seen
    finally:
        sys.settrace(before)
