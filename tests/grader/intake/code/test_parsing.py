"""Where a cell does not parse, the statements of it that do are kept, each on its line."""

from __future__ import annotations

import ast
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.code.parsing import GENERIC, parse
from grader.records.submission import NEWER

GOOD = "class FCN32s:\n    '''a\nb'''\n    def f(self):\n        return 1\n"
BROKEN = [
    "print 'python 2'", "x = = 2", "foo(", "x = 'open", "for", ")", "return (", "def f(:\n    pass",
    "if a:\nb = 1", "x = '''open",
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_statement_costs_itself_only(broken: str) -> None:
    """Those above and below it are there."""
    nodes, lost = parse(f"{GOOD}\n{broken}\n\n@dec\ndef get_cls_pred():\n    pass\n")

    names = [node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    assert "FCN32s" in names
    assert "get_cls_pred" in names
    assert lost


def test_why_and_where_it_broke_is_told() -> None:
    """In the words of Python, with the line in the cell."""
    _, lost = parse("a = 1\n\nclass FCN32s:\n    def f(self)\n        return 1\n")

    assert lost == [(3, "does not parse: expected ':' (line 4)")]


def test_lines_are_those_of_the_cell() -> None:
    """After a broken statement too."""
    nodes, _ = parse("print 'x'\n\na = 1\nif a:\n    b = 1\nelse:\n    b = 2\nc = 3")

    assert [node.lineno for node in nodes] == [3, 4, 8]


def test_an_error_names_the_lines_of_the_cell() -> None:
    """Those in Python's own words, too."""
    _, lost = parse("print 'x'\n\nif a:\nb = 1\n")

    assert lost[1] == (
        3,
        "does not parse: expected an indented block after 'if' statement on line 3 (line 3)",
    )


def test_many_statements_beside_a_broken_one_are_read_once_each() -> None:
    """Not with all the lines above them again: that takes a second for these."""
    begun = time.process_time()
    nodes, lost = parse("x = = 2\n" + "x = 1\n" * 20_000)

    assert time.process_time() - begun < 1.0
    assert len(lost) == 1
    assert nodes[-1].lineno == nodes[-1].end_lineno == len(nodes) + 1 == 20_001


@pytest.mark.parametrize(
    "text", ["(" * 5000, "-" * 100_000 + "1", "x" + ".a" * 50_000, "a = 1\0", "\0", "f'{" * 300]
)
def test_hostile_nesting_is_refused(text: str) -> None:
    """Without an exception, and without the rest of the cell."""
    nodes, lost = parse(f"a = 1\n{text}\n")

    assert len(nodes) <= 2
    assert lost or len(nodes) == 2


@given(st.lists(st.sampled_from([*BROKEN, GOOD, "x = 1"]), max_size=8))
def test_no_good_class_is_lost(parts: list[str]) -> None:
    """Unless an open string or bracket above swallows it, which no reader could tell apart."""
    nodes, _ = parse("\n".join(parts))

    if not set(parts) & {"foo(", "return (", "x = '''open", "def f(:\n    pass"}:
        assert sum(isinstance(node, ast.ClassDef) for node in nodes) == parts.count(GOOD)


@pytest.mark.skipif(sys.version_info >= GENERIC, reason="this Python reads them")
@pytest.mark.parametrize(
    "code", ["class A[T]:\n    x = 1", "class A:\n    def f[T](self):\n        pass", "type A = int"]
)
def test_what_only_newer_pythons_read_is_no_fault(code: str) -> None:
    """A person reads it."""
    assert parse(f"{GOOD}\n{code}")[1] == [(7, NEWER)]
