"""What a graded name stands for, and what it calls, is found through classes and other names."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from grader.mending.carrying import carrying
from grader.records.submission import Chunk, Module, Slice

SOURCE = dedent("""\
    class Base:
        def stretched(self, cam):
            return cam

    class Map(Base):
        def __init__(self, size):
            self.size = size

        def __call__(self, features, row):
            return self.stretched(row @ features)

        def explain(self, features, weights, index):
            return self(features, weights[index])

    class Other:
        def explain(self):
            pass

        def stretched(self):
            pass

    def plain(features, weights, index):
        def inside(row):
            return row

        return inside(weights[index])

    explanation = Map(256)
""")


def slice_of(source: str) -> Slice:
    """A slice in which each statement is a chunk."""
    found = [(node, ast.get_source_segment(source, node) or "") for node in ast.parse(source).body]
    chunks = tuple(Chunk("cell 9", node.lineno, text) for node, text in found)
    return Slice((Module("submission", chunks),))


@pytest.mark.parametrize(
    ("bound", "wanted"),
    [
        ("returnCAM = explanation.explain", "explain __call__ __init__"),
        ("returnCAM = Map(256).explain", "explain __call__ __init__"),
        ("other = explanation\nreturnCAM = other.explain", "explain __call__ __init__"),
        ("returnCAM = Map(256)", "__call__ __init__ stretched"),
        ("returnCAM = plain", "plain inside"),
        ("from maps import plain as returnCAM", "plain inside"),
        ("returnCAM = partial(plain, index=3)", "plain inside"),
        ("returnCAM = lambda f, w, i: plain(f, w, i)", "returnCAM plain inside"),
        (
            "def returnCAM(f, w, i):\n    return plain(f, w, i)\nreturnCAM = quiet(returnCAM)",
            "returnCAM plain inside",
        ),
        ("returnCAM = plain\ndef returnCAM(f, w, i):\n    return f", "returnCAM"),
        ("def returnCAM(f, w, i):\n    return Map(256)(f, w[i])", "returnCAM __call__ __init__ stretched"),
        ("returnCAM = torch.argmax", ""),
    ],
)
def test_a_name_leads_to_what_it_stands_for(bound: str, wanted: str) -> None:
    """Methods are those of the class that an object is of, and of the classes it is made from."""
    found = [part.function for part in carrying(slice_of(f"{SOURCE}\n{bound}\n"), "returnCAM")]

    assert [each.name for each in found][: len(wanted.split())] == wanted.split()
    assert not any(isinstance(node, ast.Pass) for each in found for node in ast.walk(each))


def test_of_a_method_the_arguments_are_those_it_is_given() -> None:
    """Its own object, whatever that is called, is none of them."""
    slice = slice_of(f"{SOURCE}\nreturnCAM = explanation.explain\n")
    first, *_ = carrying(slice, "returnCAM")

    assert [each.arg for each in first.function.args.args] == ["features", "weights", "index"]


def test_of_methods_of_one_name_it_is_that_of_the_class_asked_for() -> None:
    """And the last where that class has none."""

    def owners(owner: str) -> list[int]:
        return [part.chunk.line for part in carrying(slice_of(SOURCE), "stretched", owner)]

    assert owners("Map") == owners("Base") == [1]
    assert owners("Other") == owners("None") == [15]
