"""Something stands in the compiler's place as long as it is wanted for nothing."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from grader.wall.uncompiled import COMPILER, UTILITIES, compiles, without_compiler


@pytest.fixture(autouse=True)
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been imported by another test."""
    for name in (COMPILER, UTILITIES):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_it_stands_there_meanwhile() -> None:
    """What is not to be compiled is as it is."""
    with without_compiler():
        assert sys.modules[COMPILER].disable(len) is len
        assert sys.modules[COMPILER].disable(recursive=False)(len) is len
        assert not compiles()

    assert COMPILER not in sys.modules and UTILITIES not in sys.modules


def test_the_compiler_itself_is_left_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something else has imported it."""
    real = ModuleType(COMPILER)
    monkeypatch.setitem(sys.modules, COMPILER, real)
    with without_compiler():
        assert compiles() and sys.modules[COMPILER] is real

    assert sys.modules[COMPILER] is real
