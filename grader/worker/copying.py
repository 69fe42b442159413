"""The ways in which a submission may put a VGG-16 into its model, tried until one does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

from msgspec import structs
from torch import nn
from torch.nn.parameter import is_lazy

from grader.records.submission import Chunk
from grader.wall.values import SourceLine
from grader.wall.verbs import Copied, CopyVgg, Failure
from grader.worker.afterwards import left_by
from grader.worker.another import is_made_by_another, trained_instead
from grader.worker.at_last import is_own
from grader.worker.challenge import real_model
from grader.worker.changing import changes, settings
from grader.worker.downloads import downloaded
from grader.worker.fetched import fetched_again
from grader.worker.loader import StudentCodeError, World, call, describe
from grader.worker.passing import passing_over
from grader.worker.places import line_of
from grader.worker.replays import lacked, replays
from grader.worker.slipped import slip_of
from grader.worker.taking import taken_back, took
from grader.worker.ways import Way, constructors, functions, methods
from grader.worker.writing import Watch, watched

TELLING = ("vgg", "pretrain", "copy", "transfer", "load", "init", "weight", "backbone")  # likeliest first
MOST_RAISING = 4  # statements more that are passed over: after a weight's, a bias's raises as well
ENOUGH = 8  # ways that are tried: some take a second


def ways(world: World, asked: CopyVgg) -> list[Way]:
    """The ways of a submission, likeliest first: named for VGG, the notebook's own, by what they take.

    Its own come before those where a function makes its model: that may copy into it, or into another one.
    """
    model = type(real_model(world, asked))
    named = [*methods(world, asked, model), *functions(world, asked)]
    by_name = [way for way in named if "vgg" in way.name.lower()]
    others = sorted((way for way in named if way not in by_name), key=lambda way: _rank(way.name))
    own, rest = list(replays(world, asked)), [*others, *constructors(world, asked)]
    copyings = world.slice.copying.get(asked.model, ())
    first = any(is_made_by_another(each, asked.model) for each in copyings)
    found = [*own, *by_name, *rest] if first else [*by_name, *own, *rest]
    return found[:ENOUGH]


def _rank(name: str) -> int:
    return next((at for at, word in enumerate(TELLING) if word in name.lower()), len(TELLING))


def copied(world: World, asked: CopyVgg, vgg16: nn.Module, prepare: Callable[[nn.Module], None]) -> Copied:
    """Go the ways until one puts the VGG-16 into the model, and tell of it.

    Where none does, those that are given a model are given the submission's other network, which holds the
    VGG-16 by then; if they don't either, the first way is told of, and gone again, so that the model is as it
    leaves it.
    """
    with downloaded(vgg16), fetched_again(world):
        world.state.real = None  # what a constructor downloads, it must be given here
        tried = ways(world, asked)
        took_it, first = _go(world, asked, tried, vgg16, vgg16, prepare)
        giving = [way for way in tried if way.takes]
        if took_it is None and giving and (other := _other(world, asked, vgg16)) is not None:
            took_it, later = _go(world, asked, giving, other, vgg16, prepare)
            unbound = first is not None and first[0].failed is not None and lacked(first[0].failed)
            first, again = (later, None) if later and unbound else (first, first)
        else:
            again = first
        if took_it is None and again is not None:
            _gone(again[1], _prepared(world, asked, prepare), vgg16, _chunks(world, asked))
        if took_it is not None and not took_it.failed:
            taken, instead = (
                taken_back(world, asked, vgg16),
                _instead(world, asked, took_it.way, vgg16, prepare),
            )
            took_it = structs.replace(took_it, undone=taken.whole or instead, lost=taken.lost)
            took_it = structs.replace(took_it, slip=_slip(world, asked, took_it.way, vgg16, prepare))
        if took_it is not None and took_it.failed:
            took_it = structs.replace(
                took_it, own=_own(world, asked, took_it.way, took_it.failed, vgg16, prepare)
            )
    return took_it or (first[0] if first else Copied(""))


def _instead(
    world: World, asked: CopyVgg, taken: str, vgg16: nn.Module, prepare: Callable[[nn.Module], None]
) -> SourceLine | None:
    """Where the model is made that the notebook trains, if another one is copied into."""
    tried = ways(world, asked)
    way = next(each for each in tried if each.name == taken)
    if way is tried[0]:  # none was tried before it
        return None
    found = trained_instead(world, asked, way, vgg16)
    if found is None:
        _go(world, asked, [way], vgg16, vgg16, prepare)
    return found


def _slip(
    world: World, asked: CopyVgg, taken: str, vgg16: nn.Module, prepare: Callable[[nn.Module], None]
) -> Failure | None:
    """What stops the notebook's own call, where none of its statements puts a VGG-16 into a model."""
    copyings, own = world.slice.copying.get(asked.model, ()), list(replays(world, asked))
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


def _own(
    world: World,
    asked: CopyVgg,
    taken: str,
    failed: Failure,
    vgg16: nn.Module,
    prepare: Callable[[nn.Module], None],
) -> bool:
    """Whether what a way raised is its own slip."""
    way = next((each for each in ways(world, asked) if each.plain and each.name == taken), None)
    if way is None or asked.passing:
        return False
    calls = list(replays(world, asked))
    found = is_own(failed, (_gone(each, _prepared(world, asked, prepare), vgg16, ()) for each in calls))
    _go(world, asked, [way] if calls else [], vgg16, vgg16, prepare)
    return found


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
        world.state.watch = watch
        with watched(watch):
            failed = _gone(way, model, source, _chunks(world, asked))
        world.state.watch = None
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


def _chunks(world: World, asked: CopyVgg) -> tuple[Chunk, ...]:
    """The statements in which one that raises is passed over."""
    return tuple(chunk for module in world.slice.modules for chunk in module.chunks if asked.passing)


def _gone(way: Way, model: nn.Module, vgg16: nn.Module, chunks: Sequence[Chunk]) -> Failure | None:
    try:
        return way.go(model, vgg16)
    except StudentCodeError as error:
        cause = error.__cause__ or error
    line = line_of(cause)
    later: list[BaseException] = []
    while chunks and len(later) < MOST_RAISING:
        try:
            with passing_over(chunks, cause, *later) as can:
                _ = way.go(model, vgg16) if can else None
            break
        except StudentCodeError as error:
            again = error.__cause__ or error
            if line_of(again) in [line_of(each) for each in (cause, *later)]:
                break
            later.append(again)
    return Failure(line or SourceLine("", 0), *describe(cause), line)
