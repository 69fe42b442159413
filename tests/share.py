"""A share of a long family of cases for every run; the others come with the slow tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings

FEW = 10  # examples of a property in a run without the slow tests
SLOW = pytest.mark.slow


def every(step: int, cases: Iterable[Any], ids: Iterable[str] | None = None) -> list[Any]:
    """The cases as parameters, of which all but the first of every `step` are slow."""
    return rows(step, ((case,) for case in cases), ids)


def rows(step: int, table: Iterable[tuple[Any, ...]], ids: Iterable[str] | None = None) -> list[Any]:
    """The same of cases that have a value for each of several parameters."""
    names = iter(ids) if ids is not None else None
    return [
        pytest.param(*row, id=next(names) if names else None, marks=() if number % step == 0 else SLOW)
        for number, row in enumerate(table)
    ]


def examples(many: int) -> int:
    """So many examples of a property, and few in a run without the slow tests."""
    return min(many, FEW) if settings().max_examples == FEW else many
