"""A configuration, whatever it is made of, with another number of classes."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

from torch import Tensor, nn

DEEPEST = 3  # configurations in each other
WORDS = ("class", "cls", "n_labels", "num_labels")
OUTPUTS = ("out_channels", "out_ch", "out_dim", "n_out", "n_outputs", "c_out")  # its classes
PLAIN = (str, bytes, int, float, list, set, nn.Module, Tensor, ModuleType, FunctionType)


def counts(name: str) -> bool:
    """Whether a name seems to be that of a number of classes."""
    return any(word in name.lower() for word in WORDS)


def counting_names(given: Mapping[str, object]) -> list[str]:
    """The arguments of a network that are its number of classes: of those that may be, the likeliest.

    `out_dim=4096` beside `num_classes=12` is none, and neither is `ignored_class=255`.
    """
    may = [name for name, value in given.items() if _may_count(name, value)]
    named = [name for name in may if counts(name)]
    numbers = [name for name in named if name.lower().startswith("n")]
    return numbers or named or may


def _may_count(name: str, value: object) -> bool:
    """Whether an argument of a network may be its number of classes: `class_names=None` is none."""
    if value is None:
        return counts(name) and name.lower().startswith("n")
    named = counts(name) or name.lower() in OUTPUTS
    return named and (type(value) is int or value is inspect.Parameter.empty)


def with_classes(value: Any, n_class: int, depth: int = DEEPEST) -> Any:
    """A copy of a dictionary or an object with a number of classes in it; any other value as it is.

    So is one that can't be copied or changed: a constructor may take anything.
    """
    if depth == 0 or value is None or isinstance(value, PLAIN):
        return value
    changes = {}
    for name, each in _entries(value).items():
        asked = type(each) is int and counts(name)
        other = n_class if asked else with_classes(each, n_class, depth - 1)
        if other is not each:
            changes[name] = other
    with suppress(Exception):
        return _changed(value, changes) if changes else value
    return value


def _entries(value: Any) -> dict[str, Any]:
    """What a configuration holds, by name: attributes of its class too."""
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if isinstance(name, str)}
    names = [name for name in dir(value) if not name.startswith("_")]
    found = {name: _held(value, name) for name in names}
    return {name: each for name, each in found.items() if not callable(each)}


def _held(value: Any, name: str) -> Any:
    with suppress(Exception):  # of a property, whatever it needs
        return getattr(value, name)
    return None


def _changed(value: Any, changes: dict[str, Any]) -> Any:
    if isinstance(value, type):
        return type(value.__name__, (value,), changes)
    if isinstance(value, tuple) and hasattr(value, "_replace"):
        return value._replace(**changes)
    if isinstance(value, MappingProxyType):
        return MappingProxyType({**value, **changes})
    copied = copy.copy(value)
    computed = {name for name in changes if isinstance(getattr(type(value), name, None), property)}
    if computed:  # it can't be set: another class has the number in its place
        of_class = {name: changes[name] for name in computed}
        copied.__class__ = type(type(value).__name__, (type(value),), of_class)
    for name in changes.keys() - computed:
        if isinstance(copied, Mapping):
            copied[name] = changes[name]  # type: ignore[index]  # a student's, which can be written to
        else:
            object.__setattr__(copied, name, changes[name])  # of a frozen one too
    return copied


# --- what builds a model with one ---------------------------------------------------------------------


def counted(make: Callable[..., Any], n_class: int, made: list[Any]) -> Callable[..., Any]:
    """A function that makes a model with a number of classes, whatever it is given, and notes it."""
    signature = inspect.signature(make)

    def build(*args: Any, **kwargs: Any) -> Any:
        given = _with_classes(signature.bind(*args, **kwargs), n_class)
        made.append(make(*given.args, **given.kwargs))
        return made[-1]

    return build


@contextmanager
def counting(make: Any, n_class: int, made: list[Any]) -> Iterator[None]:
    """While this lasts, a class is built with a number of classes, whatever it is given; each is noted."""
    build, own = make.__init__, "__init__" in vars(make)
    signature = inspect.signature(build)

    def counted(self: Any, *args: Any, **kwargs: Any) -> None:
        given = _with_classes(signature.bind(self, *args, **kwargs), n_class)
        build(*given.args, **given.kwargs)
        if type(self) is make:
            made.append(self)

    make.__init__ = counted
    try:
        yield
    finally:
        if own:
            make.__init__ = build
        else:
            del make.__init__


def _with_classes(given: inspect.BoundArguments, n_class: int) -> inspect.BoundArguments:
    """Arguments with a number of classes, in a configuration that is one of them too."""
    values = {
        name: given.arguments.get(name, each.default) for name, each in given.signature.parameters.items()
    }
    own = counting_names(values)
    others = {
        name: n_class if name in own else with_classes(each, n_class)
        for name, each in values.items()
        if name in given.arguments or name in own
    }
    given.arguments.update(others)
    return given
