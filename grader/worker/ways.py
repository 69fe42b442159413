"""Methods, functions and constructors that may put a VGG-16 into a model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from torch import nn

from grader.wall.values import SourceLine
from grader.wall.verbs import CopyVgg, Failure
from grader.worker.adopting import adopt
from grader.worker.at_last import takes_one
from grader.worker.configured import counting_names
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import World, call
from grader.worker.places import is_of_submission, is_students

V = TypeVar("V")
VGG_LIKE = ("vgg", "pretrain", "source", "src", "backbone")  # in the name of an argument
PASSED = {"forward", "train", "eval"}
BOUND = (("model", "vgg16"), ("model",))  # what a method is called with; of a class method, a class
FREE = (("vgg16",), ("model", "vgg16"), ("vgg16", "model"))


@dataclass(frozen=True, slots=True)
class Way:
    """One way: what it is called in a report, how it is gone, and where it stands; a statement's failure is
    returned."""

    name: str
    go: Callable[[nn.Module, nn.Module], Failure | None]
    home: SourceLine | None
    takes: bool = False  # whether it is given what to copy from
    plain: bool = False  # whether that is all that it is given


def methods(world: World, asked: CopyVgg, model: type[nn.Module]) -> Iterator[Way]:
    """The methods of the submission's classes that can be called with a VGG-16, or get one themselves."""
    for name in dir(model):
        method = inspect.getattr_static(model, name, None)
        function = inspect.unwrap(getattr(method, "__func__", method))  # of `@torch.no_grad()`
        if name in PASSED or name.startswith("__") or not inspect.isfunction(function):
            continue
        free = isinstance(method, staticmethod)
        for form in _fitting(function, *(FREE if free else BOUND)) if is_students(function) else ():
            if "vgg16" in form or _asks_for_vgg(function):
                go = _method(world, asked, name, form if free else form[1:])
                plain = form == BOUND[0] and method is function and takes_one(function)
                yield Way(name, go, _home(function), "vgg16" in form, plain)


def _method(world: World, asked: CopyVgg, name: str, form: tuple[str, ...]) -> Callable[..., None]:
    def go(model: nn.Module, vgg16: nn.Module) -> None:
        method = getattr(model, name)
        values, named = _given(method, [vgg16 if each == "vgg16" else model for each in form])
        adopt(world, asked, call(method, *values, **named))

    return go


def functions(world: World, asked: CopyVgg) -> Iterator[Way]:
    """The functions that take a model and a VGG-16, in either order, or one of them alone."""
    for name, function in world.targets.items():
        if not inspect.isfunction(function):
            continue
        names = list(inspect.signature(function).parameters)
        vgg_first = bool(names) and any(word in names[0].lower() for word in VGG_LIKE)
        both = ("vgg16", "model") if vgg_first else ("model", "vgg16")
        for form in _fitting(function, both, both[::-1], ("model",), ("vgg16",)):
            if len(form) > 1 or _asks_for_vgg(function):
                yield Way(name, _function(world, asked, function, form), _home(function), "vgg16" in form)


def _function(
    world: World, asked: CopyVgg, function: Callable[..., Any], form: tuple[str, ...]
) -> Callable[..., None]:
    def go(model: nn.Module, vgg16: nn.Module) -> None:
        values, named = _given(function, [vgg16 if each == "vgg16" else model for each in form])
        adopt(world, asked, call(function, *values, **named))

    return go


def _asks_for_vgg(function: Callable[..., Any]) -> bool:
    """Whether a function names a VGG-16 itself: one that is given none must get it from somewhere."""
    code = inspect.unwrap(function).__code__
    return any("vgg" in str(each).lower() for each in (*code.co_names, *code.co_varnames, *code.co_consts))


def _fitting(function: Callable[..., Any], *forms: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The forms of arguments that a function can be called with."""
    found = []
    for form in forms:
        with suppress(TypeError, ValueError):
            values, named = _given(function, form)
            inspect.signature(function).bind(*values, **named)
            found.append(form)
    return found


def _given(function: Callable[..., Any], values: Sequence[V]) -> tuple[Sequence[V], dict[str, V]]:
    """Values as a function takes them: the last ones by name where it takes them by name alone."""
    parameters = inspect.signature(function).parameters.values()
    named = [
        each.name for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty
    ]
    first = max(0, len(values) - len(named))
    return values[:first], dict(zip(named, values[first:], strict=False))


def constructors(world: World, asked: CopyVgg) -> Iterator[Way]:
    """The constructor as it is, and with what its arguments seem to ask for: `backbone="vgg16"` is a name.

    Whether it gets a VGG-16 from somewhere, through functions and classes of its own, shows when it is gone.
    """
    make = world.targets.get(asked.model)
    function = make.__init__ if inspect.isclass(make) else make
    if make is None or not inspect.isfunction(function):
        return
    parameters = {name: each.default for name, each in inspect.signature(make).parameters.items()}

    def go(model: nn.Module, vgg16: nn.Module) -> None:
        free = [name for name, default in parameters.items() if not isinstance(default, str)]
        given: dict[str, Any] = {name: True for name in free if "pretrain" in name.lower()}
        given |= {name: vgg16 for name in free if "vgg" in name.lower() or "backbone" in name.lower()}
        given |= dict.fromkeys(counting_names(parameters), asked.n_class)
        with without_slow_initialisers():
            adopt(world, asked, call(make, **given))

    yield Way(f"{asked.model}(...)", go, _home(function))


def _home(function: Callable[..., Any]) -> SourceLine | None:
    code = inspect.unwrap(function).__code__
    return SourceLine(code.co_filename, code.co_firstlineno) if is_of_submission(code) else None
