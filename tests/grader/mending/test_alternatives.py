"""A function with another operation in one's place."""

from __future__ import annotations

from itertools import islice
from unittest.mock import Mock

import pytest

from grader.mending import alternatives
from grader.mending.alternatives import others
from grader.mending.edits import with_node

HEAD = "def returnCAM(feature_conv, weight_fc, idx):\n    n, c = feature_conv.shape\n"


def of(line: str) -> list[str]:
    """What the changes of a line are called; each is one change of that line alone."""
    source = f"{HEAD}    return {line}"
    found = list(others(source, "returnCAM"))
    assert all(changed != source and len(changed.split("\n")) == 3 for *_, changed in found)
    return [words for words, at, _ in found if at == 3]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a.sum(axis=2)", "`a.sum(axis=2)` read as `a.sum(axis=0)`"),
        ("a.sum(dim=0)", "`a.sum(dim=0)` read as `a.sum(dim=(1, 2))`"),
        ("dot(a, b)", "`dot(a, b)` read as `dot(b, a)`"),
        ("255 + cam", "`255 + cam` read as `255 * cam`"),
        ("cam - low", "`cam - low` read as `low - cam`"),
        ("range(c + 1)", "`c + 1` read as `c`"),
        ("idx[weight]", "`idx[weight]` read as `weight[idx]`"),
        ("a[c, 0]", "`a[c, 0]` read as `a[0, c]`"),
        ("a[0, 0, 0]", "`a[0, 0, 0]` read as `a[0, 0]`"),
        ("a[1, 0]", "`a[1, 0]` read as `a[0, 0]`"),
        ("range(n)", "`n` read as `c`"),
        ("weight_fc.reshape(c)", "`weight_fc` read as `weight_fc[idx]`"),
    ],
)
def test_an_operation_is_another(line: str, words: str) -> None:
    assert words in of(line)


def test_what_has_nothing_beside_it_stays() -> None:
    assert of("cam") == []


def test_what_is_near_to_a_line_comes_first() -> None:
    source = f"{HEAD}    n = n + 1\n    return c * 255"

    assert next(at for _, at, _ in others(source, "returnCAM", near=4)) == 4
    assert next(at for _, at, _ in others(source, "returnCAM", near=3)) == 3


def test_each_is_written_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand names, each for hundreds of others, would take gigabytes."""
    written = Mock(wraps=with_node)
    monkeypatch.setattr(alternatives, "with_node", written)
    names = [f"a{n}" for n in range(30)]
    source = f"def returnCAM({', '.join(names)}):\n    return {' + '.join(names)}"

    assert len(list(islice(others(source, "returnCAM", near=2), 5))) == written.call_count == 5


def test_a_long_chain_of_calls_is_no_trouble() -> None:
    """As long as it can be written again, what it is part of is not copied to its end."""
    assert len(of(f"cam{'.sum(axis=0)' * 140}")) == 3 * 140
