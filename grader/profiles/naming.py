"""What a year calls the graded classes and functions, exchanged with the grader's own names at both doors.

Inside, everything has one name. What students wrote is read with the two names exchanged, whole identifiers
only, and what is said is told with them exchanged back. Exchanging, not replacing, keeps code that uses the
grader's name for something else as it is; lines stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

import re2

Value = TypeVar("Value")


def exchanged(value: Value, names: Mapping[str, str]) -> Value:
    """A text, or every text in a frozen value, with the names of a year and the grader's exchanged."""
    both = {a: b for one, other in names.items() if one != other for a, b in ((one, other), (other, one))}
    if not both:
        return value
    words = re2.compile(rf"\b({'|'.join(map(re2.escape, both))})\b")
    return cast(Value, _within(value, lambda text: str(words.sub(lambda match: both[match[1]], text))))


def _within(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_within(one, change) for one in value)
    if isinstance(value, Mapping):
        return {_within(key, change): _within(one, change) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        inner = {each.name: _within(getattr(value, each.name), change) for each in fields(value)}
        return replace(value, **inner)
    return value
