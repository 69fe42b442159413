"""What a method raises after it copied: whether it is the method's own slip, whoever calls it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from grader.wall.verbs import Failure

OWN = ("NameError", "UnboundLocalError", "AttributeError", "TypeError", "IndexError", "KeyError")
CALLED_WITH = 2  # the model and a VGG-16: nothing else is guessed


def takes_one(function: Callable[..., Any]) -> bool:
    """Whether a method needs one argument beside its object, and no other."""
    parameters = inspect.signature(function).parameters.values()
    needed = [each for each in parameters if each.default is each.empty]
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return len(needed) == CALLED_WITH and all(each.kind in plain for each in needed)


def is_own(failed: Failure, replayed: Iterable[Failure | None]) -> bool:
    """Whether each of the notebook's own calls raises the same: else its VGG-16 may have what ours lacks.

    What an assertion or a value is about may be the true VGG-16's, too.
    """
    return failed.kind in OWN and all(each is not None and _what(each) == _what(failed) for each in replayed)


def _what(failed: Failure) -> tuple[str, str, int]:
    """An exception's class, and where it was raised."""
    line = failed.line or failed.at
    return failed.kind, line.label, line.line
