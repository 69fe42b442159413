"""The ways in which a submission may put a VGG-16 into its model, tried until one does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from msgspec import structs
from torch import nn
from torch.nn.parameter import is_lazy

from grader.records.submission import Chunk
from grader.wall.values import SourceLine
from grader.wall.verbs import Copied, CopyVgg, Failure, OfModel
from grader.worker.afterwards import left_by
from grader.worker.answering import in_mode
from grader.worker.challenge import real_model
from grader.worker.changing import changes, settings
from grader.worker.configured import counting_names
from grader.worker.downloads import downloaded
from grader.worker.loader import StudentCodeError, World, call, describe, run_chunks
from grader.worker.models import without_slow_initialisers
from grader.worker.places import is_of_submission, is_students, line_of
from grader.worker.slipped import slip_of
from grader.worker.state import Real
from grader.worker.writing import Watch, watched

V = TypeVar("V")
TELLING = ("vgg", "pretrain", "copy", "transfer", "load", "init", "weight", "backbone")  # likeliest first
ENOUGH = 8  # ways that are tried: some take a second
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


def ways(world: World, asked: CopyVgg) -> list[Way]:
    """The ways of a submission, likeliest first: named for VGG, the notebook's own, by what they take."""
    model = type(real_model(world, asked))
    named = [*_methods(world, asked, model), *_functions(world, asked)]
    by_name = [way for way in named if "vgg" in way.name.lower()]
    others = sorted((way for way in named if way not in by_name), key=lambda way: _rank(way.name))
    found = [*by_name, *_replays(world, asked), *others, *_constructors(world, asked)]
    return found[:ENOUGH]


def _rank(name: str) -> int:
    return next((at for at, word in enumerate(TELLING) if word in name.lower()), len(TELLING))


# --- methods and functions --------------------------------------------------------------------------


def _methods(world: World, asked: CopyVgg, model: type[nn.Module]) -> Iterator[Way]:
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
                yield Way(name, go, _home(function), "vgg16" in form)


def _method(world: World, asked: CopyVgg, name: str, form: tuple[str, ...]) -> Callable[..., None]:
    def go(model: nn.Module, vgg16: nn.Module) -> None:
        method = getattr(model, name)
        values, named = _given(method, [vgg16 if each == "vgg16" else model for each in form])
        _adopt(world, asked, call(method, *values, **named))

    return go


def _functions(world: World, asked: CopyVgg) -> Iterator[Way]:
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
        _adopt(world, asked, call(function, *values, **named))

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


# --- as the notebook does it, and by the constructor ------------------------------------------------


def as_the_notebook_begins(world: World, asked: OfModel[Any]) -> None:
    """Let the notebook's own statements make a model and begin it, which is under examination then."""
    for way in _replays(world, asked):
        model = real_model(world, asked)
        with suppress(StudentCodeError):
            way.go(model, model)


def _replays(world: World, asked: OfModel[Any]) -> Iterator[Way]:
    for copying in world.slice.copying.get(asked.model, ()):

        def go(model: nn.Module, vgg16: nn.Module, copying: Any = copying) -> Failure | None:
            known = world.namespaces.get(copying.module, {})
            namespace, failures = _replayed(copying.chunks, known)
            held = world.state.vgg16
            lacked = _lacked(failures[0]) if failures else ""
            awaited = lacked in copying.awaits  # it was trained: nothing is here
            if awaited and held is not None and vgg16 is not held.model:
                namespace, failures = _replayed(copying.chunks, {**known, lacked: vgg16})
            _adopt(world, asked, namespace.get(copying.name))
            return failures[0] if failures else None

        last = copying.chunks[-1]
        yield Way(f"the notebook's {copying.name}", go, SourceLine(last.label, last.line), takes=True)


def _replayed(
    chunks: Sequence[Chunk], known: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Sequence[Failure]]:
    """Run statements with what is known; what they bound, and what failed."""
    namespace = dict(known)
    with without_slow_initialisers():
        failures = run_chunks(chunks, namespace)
    return namespace, failures


def _lacked(failure: Failure) -> str:
    """The name that has no value, where that is what failed."""
    return failure.message.split("'")[1] if failure.kind == "NameError" and "'" in failure.message else ""


def _constructors(world: World, asked: CopyVgg) -> Iterator[Way]:
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
            _adopt(world, asked, call(make, **given))

    yield Way(f"{asked.model}(...)", go, _home(function))


def _home(function: Callable[..., Any]) -> SourceLine | None:
    code = inspect.unwrap(function).__code__
    return SourceLine(code.co_filename, code.co_firstlineno) if is_of_submission(code) else None


def _adopt(world: World, asked: OfModel[Any], made: object) -> None:
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


# --- whether one did ----------------------------------------------------------------------------------


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


def copied(world: World, asked: CopyVgg, vgg16: nn.Module, prepare: Callable[[nn.Module], None]) -> Copied:
    """Go the ways until one puts the VGG-16 into the model, and tell of it.

    Where none does, those that are given a model are given the submission's other network, which holds the
    VGG-16 by then; if they don't either, the first way is told of, and gone again, so that the model is as it
    leaves it.
    """
    with downloaded(vgg16):
        tried = ways(world, asked)
        took_it, first = _go(world, asked, tried, vgg16, vgg16, prepare)
        giving = [way for way in tried if way.takes]
        if took_it is None and giving and (other := _other(world, asked, vgg16)) is not None:
            took_it, later = _go(world, asked, giving, other, vgg16, prepare)
            lacked = first is not None and first[0].failed is not None and _lacked(first[0].failed)
            first, again = (later, None) if later and lacked else (first, first)
        else:
            again = first
        if took_it is None and again is not None:
            _gone(again[1], _prepared(world, asked, prepare), vgg16)
        if took_it is not None and not took_it.failed:
            took_it = structs.replace(took_it, slip=_slip(world, asked, took_it.way, vgg16, prepare))
    return took_it or (first[0] if first else Copied(""))


def _slip(
    world: World, asked: CopyVgg, taken: str, vgg16: nn.Module, prepare: Callable[[nn.Module], None]
) -> Failure | None:
    """What stops the notebook's own call, where none of its statements puts a VGG-16 into a model."""
    copyings, own = world.slice.copying.get(asked.model, ()), list(_replays(world, asked))
    if not copyings or taken in [way.name for way in own]:
        return None
    known = world.namespaces.get(copyings[0].module, {})
    found = slip_of(copyings[0], asked.model, known, vgg16)
    if found is not None:
        took_it, _ = _go(world, asked, own, vgg16, vgg16, prepare)
        again = [way for way in ways(world, asked) if way.name == taken]
        _go(world, asked, again, vgg16, vgg16, prepare)
        return None if took_it else found
    return None


def _prepared(world: World, asked: CopyVgg, prepare: Callable[[nn.Module], None]) -> nn.Module:
    model = real_model(world, asked)
    prepare(model)
    return model


def _go(
    world: World,
    asked: CopyVgg,
    tried: Sequence[Way],
    source: nn.Module,
    vgg16: nn.Module,
    prepare: Callable[[nn.Module], None],
) -> tuple[Copied | None, tuple[Copied, Way] | None]:
    """Go ways with a model to copy from: what is to be told of the one that took, and of the first."""
    first: tuple[Copied, Way] | None = None
    for way in tried:
        model = _prepared(world, asked, prepare)
        before, watch = call(settings, model), Watch(model)
        with watched(watch):
            failed = _gone(way, model, source)
        now = real_model(world, asked)
        gone = Copied(way.name, failed, way.home, watch.written, changes(before, call(settings, now)))
        if took(now, vgg16):
            copyings = world.slice.copying.get(asked.model, ())
            known = world.namespaces.get(copyings[0].module, {}) if copyings else {}
            left = left_by(copyings[0], known, vgg16, before, gone.changed) if copyings else gone.changed
            return structs.replace(gone, changed=left), first
        likely = "vgg" in way.name.lower() or way.name.startswith("the notebook")
        first = first or ((gone, way) if likely else None)
        world.state.real = None
    return None, first


def _other(world: World, asked: CopyVgg, vgg16: nn.Module) -> nn.Module | None:
    """The submission's other network, with the VGG-16 in it; None where it doesn't take it.

    What its own copying leaves out costs its own lines: it is filled in.
    """
    for name, made in world.targets.items():
        if name != asked.model and inspect.isclass(made) and issubclass(made, nn.Module):
            instead = structs.replace(asked, model=name, stand_ins={}, biasless=())
            took_it, _ = _go(world, instead, ways(world, instead), vgg16, vgg16, lambda _: None)
            held, world.state.real = world.state.real if took_it else None, None
            model = held.model if held else real_model(world, instead)
            world.state.real = None
            _fill(model, vgg16)
            return model if took(model, vgg16) else None
    return None


def _fill(model: nn.Module, vgg16: nn.Module) -> None:
    """Put a VGG-16's values into the layers of a model that are as large, in order."""
    own, theirs = (
        [each for each in one.modules() if isinstance(each, nn.Conv2d | nn.Linear)] for one in (model, vgg16)
    )
    for mine, other in zip(own, theirs, strict=False):
        for to, value in zip(mine.parameters(False), other.parameters(False), strict=False):
            if not is_lazy(to) and to.numel() == value.numel():
                to.data = value.detach().clone().reshape(to.shape)


def _gone(way: Way, model: nn.Module, vgg16: nn.Module) -> Failure | None:
    try:
        return way.go(model, vgg16)
    except StudentCodeError as error:
        cause = error.__cause__ or error
        line = line_of(cause)
        return Failure(line or SourceLine("", 0), *describe(cause), line)
