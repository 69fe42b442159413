"""A statement that raises is passed over, for as long as that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from grader.records.submission import Chunk
from grader.worker.passing import passing_over
from grader.worker.places import register

METHOD = """\
class Net(Base):
    def copy(self, found):
        super().copy(found)
        for key in ("a", "b", "c"):
            self.kept[key] = found[key]
        return self.kept
"""
LISTED = """\
def copy(found):
    kept = [found[key] for key in ("a", "b")]
    return 3
"""
BOTH = """\
def copy(found):
    kept = []
    for key in ("a", "b", "c"):
        kept.append(found[key])
        kept.append(-found[key])
    return kept
"""
ENDLESS = """\
def copy(found):
    left = iter(found)
    for _ in range(1000):
        kept = next(left)
"""


class Base:
    """A network that keeps nothing yet."""

    def copy(self, found: object) -> None:
        """Begin."""
        self.kept: dict[str, object] = {}


def loaded(source: str) -> tuple[Chunk, dict[str, Any]]:
    """A statement far down in a cell, and the names that it binds."""
    chunk, names = Chunk("cell 90", 5, source), dict[str, Any](Base=Base)
    register([chunk])
    exec(compile("\n" * 4 + source, "cell 90", "exec", dont_inherit=True), names)
    return chunk, names


def test_a_method_goes_on_behind_the_statement() -> None:
    """With all that its loop does besides; then it raises as before."""
    chunk, names = loaded(METHOD)
    net = names["Net"]()
    with pytest.raises(KeyError) as caught:
        net.copy({"a": 1, "c": 3})
    with passing_over([chunk], caught.value) as can:
        assert can
        assert net.copy({"a": 1, "c": 3}) == {"a": 1, "c": 3}
    with pytest.raises(KeyError):
        net.copy({"a": 1, "c": 3})


def test_a_loop_that_only_the_statement_ends_comes_to_its_end() -> None:
    """It goes round some times more, and raises."""
    chunk, names = loaded(ENDLESS)
    with pytest.raises(StopIteration) as caught:
        names["copy"]([1, 2])
    with passing_over([chunk], caught.value) as can, pytest.raises(StopIteration):
        assert can
        names["copy"]([1, 2])


def test_what_raises_in_a_comprehension_is_the_statement_around_it() -> None:
    chunk, names = loaded(LISTED)
    with pytest.raises(KeyError) as caught:
        names["copy"]({})
    with passing_over([chunk], caught.value) as can:
        assert can
        assert names["copy"]({}) == 3


def test_code_of_another_text_stays() -> None:
    """What can't be found again, and what is not the submission's."""
    chunk, names = loaded(LISTED)
    with pytest.raises(KeyError) as caught:
        names["copy"]({})
    with passing_over([Chunk("cell 90", 5, "def other():\n    pass\n\n")], caught.value) as can:
        assert not can
    with passing_over([chunk], ValueError("no")) as can:
        assert not can


def test_statements_that_raise_later_are_passed_over_too() -> None:
    """Such as that of a bias, after that of its weight."""
    chunk, names = loaded(BOTH)
    with pytest.raises(KeyError) as first:
        names["copy"]({"a": 1, "c": 3})
    with passing_over([chunk], first.value), pytest.raises(KeyError) as second:
        names["copy"]({"a": 1, "c": 3})
    with passing_over([chunk], first.value, second.value) as can:
        assert can
        assert names["copy"]({"a": 1, "c": 3}) == [1, -1, 3, -3]
