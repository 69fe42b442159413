"""A computed name under which something is kept is read as one more, or one less."""

from __future__ import annotations

import pytest

from grader.mending.keyed import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

KEPT = {
    "percent": ('kept["x%d" % at] = x', "'x5'", "kept['x%d' % (at + 1)] = x"),
    "a string that is filled in": ('kept[f"x{at - 1}"] = x', "'x5'", "kept[f'x{at}'] = x"),
    "two texts": ('kept["x" + str(at)] = x', "'x5'", "kept['x' + str(at + 1)] = x"),
    "a number": ("kept[at + 1] = x", "5", "kept[at + 2] = x"),
    "a comprehension": ("kept = {at: x for at in y}", "5", "kept = {at + 1: x for at in y}"),
    "a dictionary": ("kept.update({at: x})", "5", "kept.update({at + 1: x})"),
}


def read(code: str, message: str, kind: str = "KeyError") -> list[str]:
    """The code as it is read, in the order in which that is tried."""
    slice = Slice((Module("submission", (Chunk("cell 1", 3, code),)),))
    found = list(mends(Trouble(kind, message, Place("cell 2", 9)), slice))
    assert all(mend.whole and mend.made == Place("cell 1", 3) for mend in found)
    return [mend.slice.modules[0].chunks[0].source for mend in found]


@pytest.mark.parametrize("case", KEPT)
def test_a_key_is_one_more_where_it_is_made(case: str) -> None:
    code, message, wanted = KEPT[case]
    assert read(code, message)[0] == wanted


def test_an_attribute_is_named_by_each_of_its_numbers() -> None:
    """One that its network does not have."""
    found = read('setattr(self, f"c{b}_{r}", x)', "'Net' object has no attribute 'c1_3'", "AttributeError")
    assert found[:2] == ["setattr(self, f'c{b + 1}_{r}', x)", "setattr(self, f'c{b}_{r + 1}', x)"]


@pytest.mark.parametrize(
    ("code", "message"),
    [('kept["y%d" % at] = x', "'x5'"), ("kept[at] = x", "'x5'"), ("kept['x4'] = x", "'x5'")],
)
def test_a_name_that_can_t_be_the_missing_one_stays(code: str, message: str) -> None:
    assert read(code, message) == []


def test_where_a_map_does_not_fit_it_may_stand_under_another_s_key() -> None:
    """What is written into a matrix is no map that is kept."""
    message = "The size of tensor a (8) must match the size of tensor b (4) at non-singleton dimension 3"
    assert read("kept[at - 1] = x", message, "RuntimeError") == ["kept[at] = x", "kept[at - 2] = x"]
    assert read("weight[c, c] = x\nself.w[c] = x", message, "RuntimeError") == []
    assert read("kept[at] = x", "no", "RuntimeError") == []


def test_a_name_that_is_listed_wrongly_is_the_missing_one() -> None:
    """Where it is one character off, and no longer or shorter."""
    assert read("for name in ('x3', 'y4', 'x44'): pass", "'x4'") == [
        "for name in ('x4', 'y4', 'x44'): pass",
        "for name in ('x3', 'x4', 'x44'): pass",
    ]
