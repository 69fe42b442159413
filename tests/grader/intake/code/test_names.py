"""Names are told as Python's own symbol table tells them."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import fractions
import inspect
import json.decoder
import symtable
import textwrap
from collections.abc import Iterator
from types import ModuleType

import pytest

from grader.intake.code.names import FUNCTIONS, Names, names


def of(source: str) -> Names:
    """The names of the first statement."""
    return names(ast.parse(textwrap.dedent(source)).body[0])


def global_names(table: symtable.SymbolTable) -> Iterator[str]:
    """The names of the module that functions of a scope refer to, by the compiler's own account."""
    for child in table.get_children():
        if child.get_type() == "function":
            yield from (
                each.get_name() for each in child.get_symbols() if each.is_global() and each.is_referenced()
            )
        yield from global_names(child)


@pytest.mark.parametrize("module", [argparse, ast, dataclasses, fractions, inspect, json.decoder])
def test_what_functions_read_later_is_what_the_compiler_takes_for_global(module: ModuleType) -> None:
    """For every function and class of large modules of the standard library."""
    source = inspect.getsource(module)

    for node in ast.parse(source).body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            text = "\n".join(source.split("\n")[node.lineno - 1 : node.end_lineno])
            expected = set(global_names(symtable.symtable(text, "x", "exec")))
            assert names(node).later - {"__class__"} == expected, node.name


def test_a_name_read_before_the_statement_binds_it_is_read() -> None:
    """Reads count until the statement itself has surely bound the name."""
    assert of("x = x + y").reads == {"x", "y"}
    assert of("x += 1").reads == {"x"}
    assert of("for i in r:\n    total = i\n    print(total)").reads == {"r", "print"}
    assert of("if c:\n    a = 1\nelse:\n    a = 2\n").sure == {"a"}
    assert of("while c:\n    a = 1\n").sure == set()
    assert of("with f() as g:\n    a = g\n").reads == {"f"}
    assert of("try:\n    a = 1\nexcept E as e:\n    a = e\n").reads == {"E"}
    assert of("try:\n    a = 1\nexcept E:\n    b = 1\n").sure == set()


def test_a_class_body_runs_at_once_and_its_methods_later() -> None:
    """Names that the body binds don't reach its methods."""
    found = of(
        """
        @dec
        class A(Base, metaclass=Meta):
            n = n
            m = n
            def f(self, a: T = default): return n + self.g(h)
        """
    )

    assert found.reads == {"dec", "Base", "Meta", "n", "T", "default"}
    assert found.later == {"n", "h"}
    assert found.binds == {"A"}


def test_global_and_nonlocal_reach_out_of_a_function() -> None:
    """`global` binds in the module; `nonlocal` in the function around."""
    found = of(
        """
        def f():
            k = 0
            def g():
                nonlocal k
                global n
                k, n = k + 1, k
            return g
        """
    )

    assert found.sets == {"n"}
    assert found.later == set()


def test_imports_bind_what_python_binds() -> None:
    """A dotted import adds to its first part and does not replace it."""
    assert of("import a.b as c").binds == {"c"}
    assert of("from a import b as c, d").sure == {"c", "d"}
    assert (of("import a.b").binds, of("import a.b").sure) == ({"a"}, set())
    assert of("from a import *").binds == set()


def test_patterns_bind() -> None:
    """All three kinds of capture."""
    found = of("match x:\n    case [1, *rest] | {'k': v, **more} as whole: pass")

    assert found.binds == {"rest", "v", "more", "whole"}
    assert found.reads == {"x"}
