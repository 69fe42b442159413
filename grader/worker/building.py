"""Make a student's model, told its number of classes in whichever way its constructor takes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any
from weakref import ref

import torch
from torch import nn

from grader.wall.values import kind_of
from grader.wall.verbs import Way
from grader.worker.answering import examine, forget_lazy, has_values, in_mode, is_lazy_anywhere
from grader.worker.configured import counted, counting, counting_names, counts, with_classes
from grader.worker.loader import StudentCodeError, World, call, describe, run_chunks
from grader.worker.memory import reclaim
from grader.worker.state import State

PICTURE = (1, 3, 64, 76)  # that lazy layers take their shapes from
REFUSED = "unexpected keyword argument 'n_class'"

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)

Form = tuple[Way, tuple[int, ...], dict[str, int]]  # what a constructor is called with
Parameters = Mapping[str, inspect.Parameter]


class WrongKindError(TypeError):
    """The submission binds a name to something that it can't be; the trusted side knows it by this name."""


def construct(world: World, name: str, n_class: int) -> tuple[nn.Module, Way]:
    """Make a model as students do: by keyword, else by position, else with defaults; say which way it was.

    What its constructor takes besides a number of classes is what the notebook gives it.
    """
    make = _constructor(world, name)
    _let_go(world.state, name, n_class)
    torch.manual_seed(0)  # what is drawn for a buffer is the same in each model: none of it is drawn anew
    parameters = _parameters(make)
    forms = _forms(make, parameters, n_class)
    if forms:
        model, way = _made_or_configured(world, name, make, forms, n_class)
    else:
        model, way = _made_as_in_notebook(world, name, make, n_class), "keyword"
    if inspect.isclass(model) and issubclass(model, nn.Module):  # a function gave the class
        model = _made(model, _forms(model, _parameters(model), n_class) or [("default", (), {})])[0]
    if not issubclass(type(model), nn.Module):  # its `__class__` may say otherwise
        raise StudentCodeError from WrongKindError(
            f"{name}(...) is of type {kind_of(model)}, not an nn.Module"
        )
    if call(is_lazy_anywhere, model):
        _run_once(model)
        call(forget_lazy, model)
    call(examine, model)
    if not torch.empty(0).is_meta:
        call(has_values, model)
    world.state.made = ref(model)
    return model, way


def _constructor(world: World, name: str) -> Callable[..., Any]:
    target = world.targets.get(name)
    if target is None:
        raise StudentCodeError from NameError(f"{name} is not defined")
    if not callable(target):
        raise StudentCodeError from WrongKindError(f"{name} is of type {kind_of(target)}, not a class")
    return target  # type: ignore[no-any-return]  # a student bound it


def _let_go(state: State, name: str, n_class: int) -> None:
    """Forget real models, half a gigabyte each: of other names, and of this one all but the first."""
    own = [key for key in state.light if key[0] == name]
    keep = {(name, n_class), *own[:1]}
    gone = state.real is not None and state.real.key[0] != name
    if gone:
        state.real = None
    others = [key for key in state.solid if key[:2] not in keep]
    for key in others:
        del state.solid[key]
    if gone or others:
        reclaim()


# --- by a number of classes alone -------------------------------------------------------------------------


def _parameters(make: Callable[..., Any]) -> Parameters:
    try:
        return inspect.signature(make).parameters
    except (TypeError, ValueError):
        return {}


def _forms(make: Callable[..., Any], parameters: Parameters, n_class: int) -> list[Form]:
    """The forms that a constructor takes, likeliest first."""
    word = _word(parameters)
    forms: list[Form] = [("keyword", (), {word: n_class}), ("position", (n_class,), {}), ("default", (), {})]
    first = next(iter(parameters), "")
    if word not in parameters and counts(first):
        forms[:2] = forms[1::-1]  # `classes=None, **more` would take the other for one of those
    return [form for form in forms if _takes(make, form)]


def _word(parameters: Parameters) -> str:
    """The name of a constructor's number of classes, wherever it stands: `channels=3, classes=12`."""
    named = {name: each.default for name, each in parameters.items() if each.kind in NAMED}
    own = counting_names(named)
    return own[0] if own and "n_class" not in named else "n_class"


def _takes(make: Callable[..., Any], form: Form) -> bool:
    try:
        inspect.signature(make).bind(*form[1], **form[2])
    except TypeError:
        return False
    except ValueError:
        return True  # it tells nothing of itself
    return True


def _made(make: Callable[..., Any], forms: list[Form]) -> tuple[Any, Way]:
    """What the first form makes that is not refused further inside, where `**options` were passed on."""
    for way, args, kwargs in forms[:-1]:
        try:
            return call(make, *args, **kwargs), way
        except StudentCodeError as error:
            if REFUSED not in describe(error.__cause__ or error)[1]:
                raise
    way, args, kwargs = forms[-1]
    return call(make, *args, **kwargs), way


def _made_or_configured(
    world: World, name: str, make: Callable[..., Any], forms: list[Form], n_class: int
) -> tuple[Any, Way]:
    """What a form makes; where it is refused since a configuration is wanted, what is made of that."""
    try:
        return _made(make, forms)
    except StudentCodeError:
        parameters = _parameters(make)
        if "n_class" in parameters or counts(next(iter(parameters), "class")):
            raise
        try:
            return _made_as_in_notebook(world, name, make, n_class, by_default=True), "keyword"
        except StudentCodeError:
            pass
        raise


# --- with more ----------------------------------------------------------------------------------------------


def _made_as_in_notebook(
    world: World, name: str, make: Callable[..., Any], n_class: int, by_default: bool = False
) -> Any:
    """What the notebook makes of a constructor that needs more, say a VGG-16, with these classes.

    Where it makes nothing: what is made of the constructor's defaults, or else of the number alone.
    """
    made: list[Any] = []
    for copying in world.slice.copying.get(name, ()):
        namespace = dict(world.namespaces.get(copying.module, {}))
        if not inspect.isclass(make):
            of_asked = counted(make, n_class, made)
            namespace = {key: of_asked if value is make else value for key, value in namespace.items()}
        with counting(make, n_class, made) if inspect.isclass(make) else nullcontext():
            run_chunks(copying.chunks, namespace, lambda _: not made)
        if made:
            return made[0]
    if by_default:
        defaults = {key: each.default for key, each in _parameters(make).items()}
        given = {key: each for key, each in defaults.items() if each is not inspect.Parameter.empty}
        return call(make, **with_classes(given, n_class))
    own = counting_names({name: each.default for name, each in _parameters(make).items()})
    return call(make, **dict.fromkeys(own[:1] or ["n_class"], n_class))  # raises, and says what it lacks


# --- lazy layers --------------------------------------------------------------------------------------


@torch.no_grad()
def _run_once(model: nn.Module) -> None:
    """Let lazy layers take their shapes, as the first pass of a notebook does."""
    modes = [(module, module.training) for module in model.modules()]
    call(in_mode(model, training=False), torch.zeros(PICTURE))
    for module, training in modes:
        module.training = training
