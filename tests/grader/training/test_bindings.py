"""What stands outside of definitions is told from what stands in them, as Python's scopes say."""

from __future__ import annotations

import ast

from grader.training.bindings import bound, constant, uses

SOURCE = """
K = 3
x = iter([1])
for n in range(3):
    table = {n: K}

def f(a, b=x):
    def inner():
        return K + a + n
    table = 5
    return inner

class C:
    k = K
"""


def test_what_a_definition_reads_from_outside() -> None:
    """Of what stands in it too; not what it binds itself."""
    found = uses([SOURCE, "def f():\n    return more"])

    assert found["f"] == {"K", "n", "more"}
    assert found["inner"] == {"K", "n"}
    assert found["C"] == {"K"}


def test_statements_by_the_names_that_they_bind() -> None:
    """A loop binds what stands in it; a definition's own names are not outside."""
    found = bound([ast.parse(SOURCE)])

    assert {name: [statement.lineno for statement in those] for name, those in found.items()} == {
        "K": [2],
        "x": [3],
        "n": [4],
        "table": [4],
    }
    assert constant(found["K"][0])
    assert not constant(found["x"][0])
    assert not constant(ast.parse("k = other").body[0])
