"""Statements that change an object are told from those that only look at it."""

from __future__ import annotations

import ast

import pytest

from grader.intake.code.effects import Imported, body, calls, changes, imported, root, running

CHANGES = {
    "a.b = 1": {"a"},
    "a[0].b += 1": {"a"},
    "(a.x, b[0]), c = f()": {"a", "b"},
    "a += [1]": {"a"},
    "del a['k']": {"a"},
    "a.b.append(1)": {"a"},
    "a.layers().cuda()": {"a"},
    "_ = a.pop('k')": {"a"},
    "setattr(a, 'b', 1)": {"a"},
    "nn.init.constant_(a.weight, 0)": {"nn", "a"},
    "random.shuffle(a)": {"random", "a"},
    "for p in a.parameters():\n    p.requires_grad = False": {"a", "p"},
    "@a.register\ndef f(): pass": {"a"},
    "@a.register('x')\nclass F: pass": {"a"},
    "if x:\n    a.b = 1": {"a"},
    "def f():\n    a.b = 1": set(),
    "a = b.c": set(),
    "print(a.b)": set(),
    "x = a.forward(y)": set(),
    "assert a.check()": set(),
    "a: int = 3": set(),
}


@pytest.mark.parametrize("source", CHANGES)
def test_changes_are_told_from_the_text(source: str) -> None:
    """By assignments to parts, calls for their effect, and calls that are known to change."""
    assert changes(running(ast.parse(source).body)) == CHANGES[source]


@pytest.mark.parametrize(
    ("source", "expected"),
    [("a.b[0].c", "a"), ("a.b().c()", "a"), ("f(a).b", None), ("*a", "a"), ("[a]", None), ("a", "a")],
)
def test_the_root_of_an_expression(source: str, expected: str | None) -> None:
    """What a function returns is another object than what it was given."""
    node = ast.parse(f"g({source})").body[0].value.args[0]  # type: ignore[attr-defined]

    assert root(node) == expected


def test_calls_are_found_in_order_with_what_they_are_given() -> None:
    """Bodies of functions don't run yet; decorators and defaults do."""
    source = "@d.e\ndef f(x=g(1)):\n    h()\nk.l(a, b.c, 1, n=m[0])\n(lambda: z())"

    found = calls(running(ast.parse(source).body))

    assert [call.path for call in found] == ["d.e", "g", "k.l"]
    assert found[2].arguments == ("a", "b", None)
    assert found[2].keywords == (("n", "m"),)


def test_what_a_function_does_is_told_from_its_body() -> None:
    """Functions in it included."""
    node = ast.parse("def f(a, *b, c=1, **d):\n    a.x = 1\n    def g(): h.y = k()\n").body[0]
    assert isinstance(node, ast.FunctionDef)

    found = body(node)

    assert found.parameters == ("a", "c", "b", "d")
    assert found.changes == {"a", "h"}
    assert [call.path for call in found.calls] == ["k"]


def test_imports_are_found_wherever_they_stand() -> None:
    """In functions and under conditions."""
    source = "def f():\n    import a.b\n    from ..c import d as e\n    from . import *"

    assert list(imported(ast.parse(source).body[0])) == [
        Imported("a.b", "", "a.b"),
        Imported("..c", "d", "e"),
        Imported(".", "*", "*"),
    ]
