"""Statements keep their text and their place."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from grader.intake.code.statements import LONGEST, Source, statements


def of(text: str) -> list[tuple[int, str]]:
    found, _ = statements(Source("cell 1", text))
    return [(each.line, each.chunk().source) for each in found]


def test_each_statement_has_its_own_text() -> None:
    """Decorators belong to it, comments after it do not."""
    assert of("a = 1; b = 2  # both\n\n@dec\nclass A:\n    x = 1\n") == [
        (1, "a = 1"),
        (1, "b = 2"),
        (3, "@dec\nclass A:\n    x = 1"),
    ]


def test_an_import_of_several_names_is_several_statements() -> None:
    """A name that can't be had costs only itself."""
    assert of("import a, b.c as d\nfrom . import (\n    e,\n    f as g)") == [
        (1, "import a"),
        (1, "import b.c as d"),
        (2, "from . import e"),
        (2, "from . import f as g"),
    ]


def test_what_stands_under_main_is_moved_to_the_margin() -> None:
    """Lines inside of strings stay as they are."""
    text = "if __name__ == '__main__':\n    x = '''é\n    kept'''\n    def f():\n        return 'é'; y\n"

    assert of(text) == [(2, "x = '''é\n    kept'''"), (4, "def f():\n    return 'é'; y")]


def test_an_else_of_main_never_runs() -> None:
    """Other conditions are left alone."""
    assert of("if True:\n    x = 1\nelse:\n    x = 2\nif a: y = 1") == [(2, "x = 1"), (5, "if a: y = 1")]


def test_what_is_no_statement_is_dropped_with_the_reason() -> None:
    """Magics, broken lines, and cells that no hand wrote."""
    _, dropped = statements(Source("cell 1", "!ls\nx = = 1"))
    assert [(one.line, one.first_line, one.reason[:15]) for one in dropped] == [
        (1, "!ls", "a shell command"),
        (2, "x = = 1", "does not parse:"),
    ]

    long = statements(Source("cell 1", "x = 1\n" * LONGEST))[1][0]

    assert (long.line, long.reason) == (1, f"longer than {LONGEST} characters")


def test_nesting_that_no_hand_wrote_is_dropped() -> None:
    """It parses, but to walk it would end the grader."""
    found, dropped = statements(Source("cell 1", "a = " + "+".join("b" * 900) + "\nc = 1"))

    assert [each.chunk().source for each in found] == ["c = 1"]
    assert dropped[0].reason == "nested too deeply"


@given(
    st.lists(
        st.sampled_from(["x = 1", "def f():\n    return '''\n  a'''", "@d\nclass A: pass", "a = [\n1]"]),
        max_size=6,
    )
)
def test_a_chunk_compiled_at_its_line_is_the_same_code(parts: list[str]) -> None:
    """Line numbers and all."""
    text = "\n\n".join(parts)
    found, _ = statements(Source("cell 1", text))

    whole = ast.parse(text).body
    alone = [ast.parse("\n" * (each.line - 1) + each.chunk().source).body[0] for each in found]

    assert [ast.dump(node, include_attributes=True) for node in alone] == [
        ast.dump(node, include_attributes=True) for node in whole
    ]
