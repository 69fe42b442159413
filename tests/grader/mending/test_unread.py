"""A name of the notebook may stand for the argument; libraries and what is called do not."""

from __future__ import annotations

import pytest

from grader.mending.unread import as_given, leaves_unread
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
def get(logit, more):
    {}
    best = made(top).max()
    return F.softmax(logits, best), logits
"""


def of(line: str) -> Slice:
    return Slice((Module("submission", (Chunk("cell 2", 1, CODE.format(line)),)),))


@pytest.mark.parametrize(
    ("line", "is_unread"), [("n = logit.shape[0]", True), ("n = logit.max()", False), ("pass", True)]
)
def test_an_argument_of_which_only_the_size_is_read_is_unread(line: str, is_unread: bool) -> None:
    assert leaves_unread(of(line), "get") == is_unread


def test_each_name_is_read_as_the_argument_the_likest_first() -> None:
    """Wherever it stands; its place is the first of these."""
    first, second = as_given(of("pass"), "get", "{}.softmax(-1)")

    assert (first.name, first.argument, first.place) == ("logits", "logit", Place("cell 2", 4))
    assert "F.softmax(logit.softmax(-1), best), logit.softmax(-1)" in first.modules[0].chunks[0].source
    assert (second.name, second.place) == ("top", Place("cell 2", 3))


def test_what_a_function_binds_is_none_of_the_notebook_s() -> None:
    assert [read.name for read in as_given(of("logits = logit"), "get")] == ["top"]
    assert list(as_given(Slice(), "get")) == []
