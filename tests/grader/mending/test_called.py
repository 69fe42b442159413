"""Layers that a container does not take as they are called are called otherwise, and found by that again."""

from __future__ import annotations

import ast

import pytest

from grader.mending.called import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def of(code: str, message: str) -> list[tuple[str, str]]:
    """What is read in the place of what, and the code then."""
    chunk = Chunk("cell 1", 1, code)
    made = mends(Trouble("TypeError", message, Place("cell 1", 1)), Slice((Module("it", (chunk,)),)), chunk)
    return [(mend.words, mend.slice.modules[0].chunks[0].source) for mend in made]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("add", "'Sequential' object has no attribute 'add'"),
        ("add_module", "Module.add_module() missing 1 required positional argument: 'module'"),
    ],
)
def test_a_layer_without_a_name_is_appended_and_so_are_all_like_it(name: str, message: str) -> None:
    code = f"self.a.{name}(nn.ReLU())\nself.a.{name}(nn.ReLU())\nnames.{name}(1)"

    assert of(code, message) == [
        (f"`self.a.{name}` read as `self.a.append`", code.replace(f"self.a.{name}", "self.a.append"))
    ]


def test_numbers_and_dotted_names_become_texts_where_they_are_read_too() -> None:
    """The layers are found again by what they are called then; what is no such table stays."""
    code = "d = nn.ModuleDict({0: 'a', 'b.c': 'b'})\ne = {0: 'x'}\nfound = d[0], d['b.c'], e[0]"
    (_, then), *_ = of(code, "module name should be a string. Got int")
    names: dict[str, object] = {"nn": type("nn", (), {"ModuleDict": dict})}
    exec(compile(ast.parse(then), "cell 1", "exec"), names)

    assert names["d"] == {"0": "a", "b_c": "b"}
    assert names["found"] == ("a", "b", "x")


def test_a_name_that_is_given_first_becomes_a_text() -> None:
    message = """'module name can\\'t contain ".", got: conv1.1'"""

    assert of("self.add_module('conv1.1', a)", message) == [
        (
            "`'conv1.1'` read as a text without dots",
            "self.add_module(str('conv1.1').replace('.', '_'), a)",
        )
    ]
    assert of("self.add_module('conv1.1', a)", "no") == []
