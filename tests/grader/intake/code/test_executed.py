"""A file that a statement runs as a whole is found, however it is read."""

from __future__ import annotations

import ast

import pytest

from grader.intake.code.executed import executed, texts_read


@pytest.mark.parametrize(
    "text",
    [
        "exec(open('a.py').read())",
        "exec(compile(Path('a.py').read_text(), 'a', 'exec'), globals())",
        "globals().update(runpy.run_path('a.py'))",
        "with open('a.py') as f:\n    exec(f.read())",
        "with open('a.py') as f:\n    code = f.read()\n    exec(code)",
    ],
)
def test_a_file_is_run(text: str) -> None:
    """By itself, or in the block that opened it."""
    assert executed(ast.parse(text).body[0]) == "a.py"


@pytest.mark.parametrize(
    "text", ["code = open('a.py').read()", "with open('a.py') as f:\n    code = f.read()"]
)
def test_what_was_read_is_run_by_its_name(text: str) -> None:
    """In a later statement."""
    known = texts_read(ast.parse(text).body[0])
    assert executed(ast.parse("exec(code)").body[0], known) == "a.py"


@pytest.mark.parametrize(
    "text",
    ["exec(code)", "with open('a.py') as f:\n    print(1)\n    exec(f.read())", "x = open('a.py').read()"],
)
def test_other_statements_run_none(text: str) -> None:
    """Nor does what does more than that."""
    assert executed(ast.parse(text).body[0]) == ""
