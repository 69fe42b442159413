"""What newer Pythons have is there, and says the same; what is there already stays."""

from __future__ import annotations

import itertools
import typing
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker import backports


def test_what_is_lacking_is_lent(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is replaced."""
    module = ModuleType("itertools")
    vars(module)["Any"] = typing.Any
    monkeypatch.setattr(backports, "LENT", {module: {"batched": backports.batched, "Any": None}})

    backports.lend()

    assert (module.batched, module.Any) == (backports.batched, typing.Any)


def test_what_students_import_is_lent() -> None:
    """Each is lent to the module that has it there; nothing is by which a library tells how new Python is."""
    lent = {(module.__name__, name) for module, names in backports.LENT.items() for name in names}

    assert lent == {
        ("typing", "override"),
        ("warnings", "deprecated"),
        ("itertools", "batched"),
        ("math", "sumprod"),
    }


@given(st.lists(st.integers()), st.integers(1, 5))
def test_batches_hold_all_in_order(values: list[int], n: int) -> None:
    """All but the last are full."""
    batches = list(backports.batched(values, n))

    assert list(itertools.chain(*batches)) == values
    assert all(len(batch) == n for batch in batches[:-1])


def test_what_the_library_refuses_is_refused() -> None:
    """As the originals do."""
    for size, strict in ((0, False), (2, True)):
        with pytest.raises(ValueError):
            list(backports.batched([1], size, strict=strict))
    with pytest.raises(ValueError):
        backports.sumprod([1], [1, 2])
    assert backports.sumprod([1, 2], [3, 4]) == 11
