"""A key that is not there is read as another one, and a place beyond the end as the last one."""

from __future__ import annotations

from typing import Any

import pytest

from grader.mending import nearby
from grader.mending.keys import as_written, mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NAMES = {"d": {"score": 1, "pool4": 2, "pool3": 3, 4: 5}, "row": [1, 2, 3], "more": "3", "n": 3}
LOOKED_UP = {
    "a key with more before it": ('d["score_pool3"]', "KeyError", "'score_pool3'", 3),
    "a number as text": ("d[str(n + 1)]", "KeyError", "'4'", 5),
    "a key made of two": ('d["pools" + more]', "KeyError", "'pools3'", 3),
    "a place beyond the end": ("row[n]", "IndexError", "list index out of range", 3),
}


@pytest.mark.parametrize("case", LOOKED_UP)
def test_a_value_is_looked_up_by_another_key(case: str) -> None:
    """Among the likest keys is the one that was meant; keys that are there stay."""
    code, kind, message, wanted = LOOKED_UP[case]

    assert wanted in _values(code, kind, message)


@pytest.mark.parametrize("code", ["row[n:]", "row.sort()", "d['new'] = 3"])
def test_what_takes_no_value_by_its_key_stays(code: str) -> None:
    """Slices, calls, and what is stored."""
    assert _values(code, "KeyError", "'new'") == []


@pytest.mark.parametrize("kind", ["IndexError", "TypeError"])
def test_other_troubles_of_a_key_stay(kind: str) -> None:
    """A tensor that has fewer axes is not looked up beyond its end."""
    assert _values("row[n]", kind, "too many indices for tensor of dimension 1") == []


def _values(code: str, kind: str, message: str) -> list[Any]:
    chunk = Chunk("cell 1", 7, f"found = {code}")
    slice = Slice((Module("submission", (chunk,)),))
    found = mends(Trouble(kind, message, Place("cell 1", 7)), slice, chunk)
    sources = [mend.slice.modules[0].chunks[0].source.partition("= ")[2] for mend in found]
    return [eval(source, dict(NAMES)) for source in sources]


class Layers:
    """A network, as PyTorch keeps one's layers."""

    def __init__(self) -> None:
        self.pool1, self.pool2, self.conv1 = 1, 2, 3
        self._modules = {"drop2": 4}

    def __getattr__(self, name: str) -> int:
        if name not in self._modules:
            raise AttributeError(name)
        return self._modules[name]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("f'pool_{n}'", 2), ("f'{drop}_{n}'", 4), ("'pool' + str(n)", 2), ("f'pool{m}'", None)],
)
def test_an_attribute_is_looked_up_by_another_name(name: str, wanted: int | None) -> None:
    """Of the same number; where there is none that is like it, it raises still."""
    found = _of_getattr(name)

    assert len(found) == 3
    values = {"owner": Layers(), "n": 2, "m": 7, "drop": "dropout"}
    if wanted is None:
        with pytest.raises(IndexError):
            eval(found[0], values)
    else:
        assert eval(found[0], values) == wanted


def test_a_name_that_is_written_is_looked_up_elsewhere() -> None:
    assert _of_getattr("'pool_2'") == []


def _of_getattr(name: str) -> list[str]:
    chunk = Chunk("cell 1", 7, f"found = getattr(owner, {name})")
    slice = Slice((Module("submission", (chunk,)),))
    trouble = Trouble("AttributeError", "'Net' object has no attribute 'pool_2'", Place("cell 1", 7))
    found = list(mends(trouble, slice, chunk))
    sources = [mend.slice.modules[0].chunks[0].source.partition("= ")[2] for mend in found]
    assert all(mend.whole for mend in found)
    assert all(as_written(source) == chunk.source.partition("= ")[2] for source in sources)
    return sources


@pytest.mark.parametrize("code", ["pools[n + 1]", "self.conv(pools[n + 1])[:, 2]", "pools[1]"])
def test_what_is_read_otherwise_is_told_as_it_was_written(code: str) -> None:
    """By whatever mend comes next; and none changes what is ours."""
    chunk = Chunk("cell 1", 7, f"found = {code}")
    slice, place = Slice((Module("submission", (chunk,)),)), Place("cell 1", 7)
    for kind, message in (("KeyError", "'x'"), ("IndexError", "list index out of range")):
        mend = next(mend for mend in mends(Trouble(kind, message, place), slice, chunk))
        source = mend.slice.modules[0].chunks[0].source.partition("= ")[2]
        again = list(nearby.mends(Trouble("TypeError", "no", place), mend.slice))

        assert source != code == as_written(source)
        assert not any(ours in one.words for one in again for ours in ("lambda", "d_", "k_", "difflib"))
