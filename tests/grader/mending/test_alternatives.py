"""A function with another operation in one's place."""

from __future__ import annotations

import pytest

from grader.mending.alternatives import others

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
