"""Targets in functions and classes can be had at the top."""

from __future__ import annotations

import pytest

from grader.intake.code.nested import named, unnested
from grader.intake.code.statements import Source

NET = "class FCN8s(nn.Module):\n        def forward(self, x):\n            return x"


def top(*texts: str, target: str = "FCN8s") -> list[tuple[int, str]]:
    """The line and the first line of every statement, with a target at the top."""
    [sources] = unnested([tuple(Source(f"cell {n}", text) for n, text in enumerate(texts))], [target])
    statements = [each for source in sources for each in source.parsed[0]]
    return [(each.line, each.chunk().source.split("\n")[0]) for each in statements]


def test_a_class_is_lifted_out_of_a_function_and_keeps_its_line() -> None:
    """The function is left without it."""
    text = f"def make(n):\n    k = 3\n    {NET}\n    return FCN8s()\n"
    assert top(text) == [(3, "class FCN8s(nn.Module):"), (1, "def make(n):")]
    [(source,)] = unnested([(Source("a", text),)], ["FCN8s"])
    assert source.parsed[0][1].chunk().source == "def make(n):\n    k = 3\n    pass\n\n\n    return FCN8s()"


def test_a_class_is_lifted_out_of_a_method() -> None:
    """The rest of the outer class stays."""
    text = "class Run:\n    def build(self):\n        class FCN8s: pass\n        return FCN8s()\n"
    assert top(text) == [(3, "class FCN8s: pass"), (1, "class Run:")]


def test_a_function_that_is_called_alone_is_read_as_its_statements() -> None:
    """Wherever it is called."""
    text = f"def main():\n    {NET}\n    import a, b\n    model = FCN8s()\n    return model\n"
    assert top(text, "main()") == [
        (2, "class FCN8s(nn.Module):"),
        (5, "import a"),
        (5, "import b"),
        (6, "model = FCN8s()"),
        (1, "main()"),
    ]


def test_a_function_that_a_class_depends_on_stands_for_it() -> None:
    """In all texts, where it returns the class or what it makes of it."""
    text = "def make(n):\n    class FCN8s:\n        size = n\n    return FCN8s()"
    assert top(text, "net = make(12)") == [(1, "def FCN8s(n):"), (1, "net = FCN8s(12)")]
    text = text.replace("return FCN8s()", "train(FCN8s())")
    assert top(text, "make(12)") == [(1, "def make(n):"), (1, "make(12)")]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("class FCN8s: pass", "FCN8s = Zoo.FCN8s"),
        ("@staticmethod\n    def FCN8s(x): pass", "FCN8s = Zoo.FCN8s"),
        ("@classmethod\n    def FCN8s(cls, x): pass", "FCN8s = Zoo.FCN8s"),
        ("def FCN8s(self, x): pass", "FCN8s = Zoo().FCN8s"),
        ("def __init__(self, a=1): pass\n    def FCN8s(self, x): pass", "FCN8s = Zoo().FCN8s"),
        ("def __init__(self, a): pass\n    def FCN8s(self, x): pass", "FCN8s = Zoo.__new__(Zoo).FCN8s"),
    ],
)
def test_what_a_class_holds_is_taken_from_it(body: str, line: str) -> None:
    """From the class where it needs no object, else from one that is made of nothing."""
    assert top(f"class Zoo:\n    {body}")[-1][1] == line


def test_a_method_is_taken_from_the_object_that_the_notebook_makes() -> None:
    """Below the place where it is made."""
    text = "class Zoo:\n    def __init__(self, a): pass\n    def FCN8s(self, x): pass"
    assert top(text, "zoo = Zoo(3)", "x = 1") == [
        (1, "class Zoo:"),
        (1, "zoo = Zoo(3)"),
        (2, "FCN8s = zoo.FCN8s"),
        (1, "x = 1"),
    ]


def test_the_last_definition_counts() -> None:
    """As at the top."""
    first, last = (f"def make{n}():\n    class FCN8s: size = {n}\n    return FCN8s" for n in (1, 2))
    assert [line for line in top(first, last) if "size" in line[1]] == [(2, "class FCN8s: size = 2")]


def test_what_is_nowhere_changes_nothing() -> None:
    """A text that only mentions the name is left."""
    files = [(Source("a", "net = FCN8s()"), Source("b", "x = (1"))]
    assert unnested(files, ["FCN8s"]) == files


def test_a_name_is_read_as_another_only_as_a_whole() -> None:
    """And the text that was handed in is kept."""
    source = named(Source("a", "make(1); maker(2)"), "make", "FCN8s")
    assert (source.text, source.written) == ("FCN8s(1); maker(2)", "make(1); maker(2)")
