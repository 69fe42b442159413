"""A batch of logits and its one row are read for one another."""

from __future__ import annotations

import pytest

from grader.mending.rows import forms, rows

HEAD = "def best(logit):\n    probs = softmax(logit, 1)\n"


@pytest.mark.parametrize(
    ("body", "near", "read", "words"),
    [
        (
            "    p = probs[i]\n    return i",
            3,
            "    p = probs[0][i]\n    return i",
            "`probs` read as `probs[0]`",
        ),
        (
            "    a, b = probs.sort(1)\n    p = a[0]\n    i = b[0]\n    return i",
            4,
            "    a, b = probs.sort(1)\n    p = a[0][0]\n    i = b[0][0]\n    return i",
            "`a` read as `a[0]`",
        ),
        ("    i = max(probs, 0)", 4, "    i = max(probs, 1)", "`max(probs, 0)` read along axis 1"),
        (
            "    p, i = probs.max()",
            3,
            "    p, i = probs.max(dim=-1)",
            "`probs.max()` read along the last axis",
        ),
        ("    i = probs.sort(-1)", 4, "    i = probs.sort(0)", "`probs.sort(-1)` read along axis 0"),
    ],
)
def test_a_batch_is_read_as_its_row(body: str, near: int, read: str, words: str) -> None:
    """With all that was bound beside it, from the line on that stops; or an axis as the other one."""
    found = {source: told for told, _, source in rows(f"{HEAD}{body}\n", "best", near)}

    assert found[f"{HEAD}{read}\n"] == words


def test_what_is_returned_stays() -> None:
    """Whether it is one index has a line of its own; and what no statement binds there is left alone."""
    assert not any("return probs[0]" in source for *_, source in rows(f"{HEAD}    return probs\n", "best", 3))
    assert not any("logit[0]" in source for *_, source in rows(f"{HEAD}    return 1\n", "best", 2))


def test_what_is_printed_below_may_be_several_too() -> None:
    """A second reading comes last, and names both."""
    *_, (words, _, source) = rows(f"{HEAD}    p = probs[i]\n    print(names[p])\n", "best", 3)

    assert "read as `probs[0]`; `print(names[p])` read with the first" in words
    assert "names[p]" not in source


def test_a_row_is_read_as_a_batch() -> None:
    """Or as its largest value, on the line that stops."""
    found = [source for *_, source in forms(f"{HEAD}    p = probs[0, 0]\n    q = probs\n", "best", 3)]

    assert f"{HEAD}    p = probs[None][0, 0]\n    q = probs\n" in found
    assert f"{HEAD}    p = probs.max()[0, 0]\n    q = probs\n" in found
