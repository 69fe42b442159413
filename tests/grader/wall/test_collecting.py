"""While modules are imported no garbage is looked for, and they are never looked through again."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from grader.wall.collecting import importing


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """Later tests find the collector as it was."""
    yield
    gc.enable()
    gc.unfreeze()


def test_what_was_imported_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """And collections go on afterwards."""
    before = gc.get_freeze_count()
    with importing():
        assert not gc.isenabled()
        monkeypatch.setitem(sys.modules, "something new", ModuleType("something new"))

    assert gc.isenabled() and gc.get_freeze_count() > before


def test_where_nothing_is_imported_nothing_is_frozen() -> None:
    """A model that is garbage by then must go; who turned collections off keeps them off."""
    gc.disable()
    before = gc.get_freeze_count()
    with importing():
        pass

    assert not gc.isenabled() and gc.get_freeze_count() == before
