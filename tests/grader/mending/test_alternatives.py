"""A function with another operation in one's place."""

from __future__ import annotations

import ast
from itertools import islice
from unittest.mock import Mock

import pytest

from grader.mending import alternatives
from grader.mending.alternatives import latest, others
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
        ("a.sum(-1)", "`a.sum(-1)` read as `a.sum(0)`"),
        ("np.mean(a, 1)", "`np.mean(a, 1)` read as `np.mean(a, 0)`"),
        ("a.sum(dim=0)", "`a.sum(dim=0)` read as `a.sum(dim=(1, 2))`"),
        ("dot(a, b)", "`dot(a, b)` read as `dot(b, a)`"),
        ("255 + cam", "`255 + cam` read as `255 * cam`"),
        ("cam - low", "`cam - low` read as `low - cam`"),
        ("range(c + 1)", "`c + 1` read as `c`"),
        ("range(1, c)", "`range(1, c)` read as `range(c)`"),
        ("range(1, c + 1)", "`range(1, c + 1)` read as `range(c)`"),
        ("range(513)", "`range(513)` read as `range(512)`"),
        ("range(1, 513)", "`range(1, 513)` read as `range(512)`"),
        ("range(c)", "`range(c)` read as `range(c + 1)`"),
        ("cam.resize(n)", "`cam.resize(n)` read as `cam`"),
        ("255 ** cam", "`255 ** cam` read as `255 * cam`"),
        ("idx[weight]", "`idx[weight]` read as `weight[idx]`"),
        ("a[c, 0]", "`a[c, 0]` read as `a[0, c]`"),
        ("a[0, 0, 0]", "`a[0, 0, 0]` read as `a[0, 0]`"),
        ("a[1, 0]", "`a[1, 0]` read as `a[0, 0]`"),
        ("range(n)", "`n` read as `c`"),
        ("weight_fc.reshape(c)", "`weight_fc` read as `weight_fc[idx]`"),
        ("cam / np.argmax(cam)", "`np.argmax` read as `np.max`"),
        ("cam - np.max(cam)", "`np.max` read as `np.min`"),
        ("np.sort(p)", "`np.sort` read as `np.argsort`"),
        ("p.topk(1).values", "`p.topk(1).values` read as `p.topk(1).indices`"),
        ("p.sort()[0]", "`p.sort()[0]` read as `p.sort()[1]`"),
        ("np.int8(cam)", "`np.int8` read as `np.uint8`"),
        ("cam.astype(int)", "`cam.astype(int)` read as `cam.astype('uint8')`"),
    ],
)
def test_an_operation_is_another(line: str, words: str) -> None:
    assert words in of(line)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cam -= w", "`cam -= w` read as `cam += w`"),
        ("cam += cam / n", "`cam += cam / n` read as `cam = cam / n`"),
        ("for k in w: cam = w[k]", "`cam = w[k]` read as `cam += w[k]`"),
        ("for k in w: cam += a[0, 0] * w[k]", "`a[0, 0]` read as `a[0, k]`"),
        ("top = torch.sort(p, 1)", "`torch.sort(p, 1)` read as `torch.sort(p, 1)[1]`"),
    ],
)
def test_what_is_bound_is_added_up_or_taken_apart(line: str, words: str) -> None:
    """A statement is another one, which is Python still."""
    changes = {said: source for said, _, source in others(f"{HEAD}    {line}", "returnCAM")}

    ast.parse(changes[words])


def test_a_name_is_the_one_that_was_bound_last() -> None:
    source = f"{HEAD}    cam = n\n    image = cam * 255\n    return cam"
    found = list(latest(source, "returnCAM"))

    assert ("`cam` read as `image`", 5) in [(words, at) for words, at, _ in found]
    assert next(changed for words, *_, changed in found if "`image`" in words).endswith("return image")


def test_what_is_enlarged_is_the_name_that_was_bound_last() -> None:
    """Where it has no name itself."""
    source = f"{HEAD}    image = n * 255\n    return cv2.resize(n[0, 0], c)"

    assert "`n[0, 0]` read as `image`" in [words for words, *_ in latest(source, "returnCAM")]


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
