"""What code keeps of a run on the meta device beyond its model, forgotten where a real run finds it.

A kernel that is made once and kept, by `functools.cache`, in a global, a table or a class, has no values
where the first model was made on the meta device.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import _lru_cache_wrapper, wraps
from itertools import islice
from types import CellType, FunctionType
from typing import Any

from torch import Tensor, nn

from grader.worker.loader import StudentCodeError, World, call, describe
from grader.worker.places import is_of_submission

MOST = 20_000  # things that are looked through
FOLLOWED = (dict, list, tuple, CellType, staticmethod, classmethod, _lru_cache_wrapper)
TENSORS = (Tensor, nn.Parameter)
Owner = dict[Any, Any] | type
Names = Mapping[int, Mapping[Any, Any]]  # by the id of a table or a class
_vars = type.__dict__["__dict__"].__get__  # of a class, whatever its own class says


def again(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation that is done again where it found a tensor without values that could be forgotten."""

    @wraps(operation)
    def run(world: World, asked: Any, arrays: Any) -> Any:
        if world.state.names is None:
            world.state.names = names(world)
        try:
            return operation(world, asked, arrays)
        except Exception as error:
            if not (_misses_values(error) and call(forget, world, world.state.names)):
                raise
        return operation(world, asked, arrays)

    return run


def _misses_values(error: Exception) -> bool:
    raised = error.__cause__ if isinstance(error, StudentCodeError) else error
    return isinstance(raised, RuntimeError | TypeError) and "meta" in describe(raised)[1]


def names(world: World) -> Names:
    """What the submission's tables and classes hold now; nothing of the submission is run."""
    return {id(owner): dict(_held(owner)) for owner in _kept(world) if _is_owner(owner)}


def forget(world: World, before: Names) -> bool:
    """Put back what there was before a tensor without values was kept; whether there was any."""
    found = False
    for each in _kept(world):
        if type(each) is _lru_cache_wrapper and any(map(_is_empty, gc.get_referents(each))):
            each.cache_clear()
            found = True
        elif _is_owner(each):
            earlier, held = before.get(id(each), {}), dict(_held(each))
            for name in [name for name, value in held.items() if _is_empty(value)]:
                if earlier.get(name) is not held[name]:
                    _put_back(each, name, earlier)
                    found = True
    return found


def _kept(world: World) -> list[Any]:
    """The tables, classes and caches that the submission's names lead to."""
    return [*islice(_reached(world), MOST)]


def _reached(world: World) -> Iterator[Any]:
    left: list[Any] = [*world.namespaces.values()]
    seen = {id(each) for each in left}
    while left:
        here = left.pop()
        yield here
        within = _vars(here).values() if _is_class(here) else gc.get_referents(here)
        new = {id(each): each for each in within if id(each) not in seen and _is_followed(each, world)}
        seen |= new.keys()
        left += new.values()


def _is_followed(each: Any, world: World) -> bool:
    if _is_class(each):
        module = _vars(each).get("__module__")
        return type(module) is str and module in world.namespaces
    if type(each) is FunctionType:
        return is_of_submission(each.__code__)
    return type(each) in FOLLOWED


def _is_owner(each: Any) -> bool:
    return type(each) is dict or _is_class(each)


def _is_class(each: Any) -> bool:
    return issubclass(type(each), type)


def _held(owner: Owner) -> Mapping[Any, Any]:
    return owner if type(owner) is dict else _vars(owner)  # type: ignore[no-any-return]  # `__get__` has no types


def _is_empty(value: Any) -> bool:
    """Whether a value is, or holds, a tensor or a layer without values."""
    inner = value.values() if type(value) is dict else value if type(value) in (list, tuple) else (value,)
    return any(map(_has_none, inner))


def _has_none(value: Any) -> bool:
    if type(value) in TENSORS:
        return bool(value.is_meta)
    with suppress(Exception):  # what an odd layer raises
        return issubclass(type(value), nn.Module) and any(each.is_meta for each in value.parameters())
    return False


def _put_back(owner: Owner, name: Any, before: Mapping[Any, Any]) -> None:
    if type(owner) is dict:
        owner.pop(name)
        owner.update({name: before[name]} if name in before else {})
    elif name in before:
        setattr(owner, name, before[name])
    else:
        delattr(owner, name)
