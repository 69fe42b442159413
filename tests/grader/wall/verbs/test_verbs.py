"""Every verb's answer has a bound for everything in it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from grader.wall import answers, verbs
from grader.worker.operations import OPERATIONS

KINDS: tuple[type[verbs.Request[Any]], ...] = (verbs.Ping, verbs.Load, *OPERATIONS)
SCALARS = (inspect.NoneType, inspect.BoolType, inspect.LiteralType)


def unbounded(kind: inspect.Type, seen: set[int], path: str = "") -> Iterator[str]:
    """The places in a type where anything of any size could stand."""
    if isinstance(kind, inspect.StructType):
        if id(kind.cls) not in seen:
            seen.add(id(kind.cls))
            for field in kind.fields:
                yield from unbounded(field.type, seen, f"{path}.{field.name}")
            if not kind.forbid_unknown_fields:
                yield f"{path}: unknown fields"
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from unbounded(one, seen, path)
    elif isinstance(kind, inspect.VarTupleType | inspect.DictType):
        inner = (kind.key_type, kind.value_type) if isinstance(kind, inspect.DictType) else (kind.item_type,)
        for one in inner:
            yield from unbounded(one, seen, f"{path}[]")
        if kind.max_length is None:
            yield path
    elif isinstance(kind, inspect.TupleType):  # of a fixed number of things
        for one in kind.item_types:
            yield from unbounded(one, seen, f"{path}[]")
    elif isinstance(kind, inspect.StrType):
        if kind.max_length is None:
            yield path
    elif not isinstance(kind, (*SCALARS, inspect.IntType, inspect.FloatType)):
        yield f"{path}: {type(kind).__name__}"


@pytest.mark.parametrize("kind", KINDS, ids=verbs.verb)
def test_everything_in_an_answer_has_a_bound(kind: type[verbs.Request[Any]]) -> None:
    """Lists, dicts and strings have a greatest length, and nothing is of any type at all."""
    assert list(unbounded(inspect.type_info(verbs.reply(kind)), set())) == []


def test_a_status_is_bounded_but_for_the_verbs_own_value() -> None:
    """That one is read by its own type."""
    assert list(unbounded(inspect.type_info(answers.Answer), set())) == [".value: AnyType"]


@pytest.mark.parametrize("kind", KINDS, ids=verbs.verb)
def test_requests_and_replies_are_frozen(kind: type[verbs.Request[Any]]) -> None:
    """Neither side changes what was said."""
    assert kind.__struct_config__.frozen
    assert verbs.reply(kind).__struct_config__.frozen


def test_verbs_have_names_of_their_own() -> None:
    """The wire knows them by these."""
    names = [verbs.verb(kind) for kind in KINDS]

    assert len(set(names)) == len(names)
    assert verbs.verb(verbs.TrainBegin) == "train_begin"


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        (verbs.Build("FCN8s"), 0),
        (verbs.Sample("FCN8s", of="model", names=("a", "b"), seed=1, count=10), 80),
        (verbs.TrainSteps((1, 2, 3), epoch_ends=False), 12),
    ],
)
def test_the_room_for_arrays_follows_from_the_question(asked: verbs.Request[Any], total: int) -> None:
    """No more bytes are taken than were asked for."""
    assert asked.limits.total == total


def test_requests_cross_the_wall() -> None:
    """What the worker reads is what was asked."""
    asked = verbs.CopyVgg("FCN8s", stand_ins={"fc6": ""})

    assert msgspec.convert(msgspec.to_builtins(asked), verbs.CopyVgg) == asked


def test_every_verb_stands_under_the_one_address() -> None:
    """One that is defined in a family only would be asked for by nobody's tests."""
    defined = {
        kind
        for module in pkgutil.iter_modules(verbs.__path__)
        for kind in vars(importlib.import_module(f"{verbs.__name__}.{module.name}")).values()
        if isinstance(kind, type) and issubclass(kind, verbs.Request)
    }

    assert defined == {*KINDS, verbs.Request, verbs.OfModel}
    assert {kind.__name__ for kind in defined} <= set(verbs.__all__)
