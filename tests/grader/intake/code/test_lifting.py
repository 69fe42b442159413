"""Statements of a function that can stand at the top, and those that can't."""

from __future__ import annotations

import ast

import pytest

from grader.intake.code.lifting import gives, inner, is_called_alone, needed, nest, opened, stays

NET = "class Net:\n        size = SIZE\n        def run(self):\n            return conv(self)"


def function(body: str, head: str = "def make(n):") -> ast.FunctionDef:
    node = ast.parse(f"{head}\n    {body}\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def moved(body: str, head: str = "def make(n):") -> list[str] | None:
    """The first lines of what a class in a function needs."""
    found = nest(function(body, head), "Net")
    assert found is not None
    made = needed(found)
    return None if made is None else [ast.unparse(each).split("\n")[0] for each in made]


def test_a_definition_at_the_top_is_in_nothing() -> None:
    """Only what stands in a function or a class has a nest; the last of several counts."""
    assert nest(ast.parse("class Net: pass").body[0], "Net") is None
    found = nest(function("if n:\n        class Net: a = 1\n    class Net: a = 2"), "Net")
    assert found is not None and found.function is not None
    assert ast.unparse(found.node).endswith("a = 2")
    assert [scope.name for scope in found.scopes] == ["make"]


def test_what_stands_directly_in_a_class_is_in_no_function() -> None:
    """A method's function is around what the method defines."""
    found = nest(ast.parse("class A:\n    class Net: pass").body[0], "Net")
    assert found is not None and found.function is None


def test_a_class_is_lifted_with_what_it_needs() -> None:
    """What its methods read when they are called, too, and what that needs; nothing else."""
    body = f"k = 3\n    x = 4\n    def conv(a): return a + k\n    {NET}\n    return Net()"
    assert moved(body) == ["k = 3", "def conv(a):", "class Net:"]


@pytest.mark.parametrize(
    "body",
    [
        "class Net:\n        size = n",
        "class Net:\n        def run(self): return n",
        "k = n\n    class Net:\n        size = k",
        "for n in range(3): pass\n    class Net:\n        size = n",
    ],
)
def test_a_class_that_depends_on_what_a_function_is_given_stays(body: str) -> None:
    """Itself, or through something else in the function."""
    assert moved(body) is None


def test_a_class_may_call_itself_and_what_the_module_has() -> None:
    """Its own name is no need, and names of the module stay theirs."""
    assert moved("class Net(Base):\n        def copy(self): return Net(SIZE)") == ["class Net(Base):"]


def test_what_a_function_binds_anew_it_keeps() -> None:
    """Else it would read the name before it is bound."""
    node = function("k = 1\n    class Net: size = k\n    k = 2\n    return Net")
    first, net = node.body[:2]
    assert stays(node, [first, net]) == [first]


def test_a_function_in_a_function_that_depends_on_the_outer_one_stays() -> None:
    """What functions around it hold is no more to be had at the top."""
    assert moved("def build():\n        class Net:\n            size = n\n        return Net") is None
    assert moved("def build():\n        class Net: pass\n        return Net") == ["class Net:"]


@pytest.mark.parametrize(
    ("body", "does"),
    [
        ("return Net", True),
        ("return Net(n)", True),
        ("net = Net(n)\n    net = net.to(device)\n    return net", True),
        ("return Net(n).eval()", True),
        ("train(Net(n))", False),
        ("return n", False),
        ("net = Net(n)\n    return train(net)", False),
    ],
)
def test_what_gives_a_class(body: str, does: bool) -> None:
    """It returns the class or what it makes of it, by whatever name."""
    assert gives(function(body), "Net") is does


def test_a_main_is_called_alone() -> None:
    """It is given nothing, and nothing is done with what it gives."""
    assert is_called_alone(ast.parse("x = 1\nmain()").body, "main")
    for text in ("x = main()", "main(1)", "run()", "main"):
        assert not is_called_alone(ast.parse(text).body, "main")


def test_an_opened_function_is_its_statements() -> None:
    """But for what it returns, which nobody takes."""
    assert [ast.unparse(each) for each in opened(function("x = 1\n    return x"))] == ["x = 1"]


def test_inner_classes_are_those_in_functions_and_classes() -> None:
    """Not the statement itself."""
    [statement] = ast.parse("class A:\n    class B: pass\n    def f(self):\n        class C: pass").body
    assert [node.name for node in inner(statement)] == ["B", "C"]
