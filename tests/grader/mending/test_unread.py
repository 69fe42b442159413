"""An argument is unread where nothing but its size is; names of the notebook are no libraries."""

from __future__ import annotations

import ast

import pytest

from grader.mending.unread import instead, of_the_notebook, unread


def of(line: str) -> ast.FunctionDef:
    (function,) = ast.parse(f"def get(logit):\n    {line}\n    return F.softmax(logits, made(top))").body
    assert isinstance(function, ast.FunctionDef)
    return function


@pytest.mark.parametrize(
    ("line", "names"), [("n = logit.shape[0]", ["logit"]), ("n = logit.max()", []), ("pass", ["logit"])]
)
def test_an_argument_of_which_only_the_size_is_read_is_unread(line: str, names: list[str]) -> None:
    assert unread(of(line)) == names


def test_names_of_the_notebook_are_no_libraries_nor_called() -> None:
    assert {node.id for node in of_the_notebook(of("pass"))} == {"logits", "top"}
    assert {node.id for node in of_the_notebook(of("logits = logit"))} == {"top"}


def test_each_may_stand_for_what_is_unread() -> None:
    found = {node.id: [ast.unparse(each) for each in way(node)] for node, way in instead(of("pass"))}

    assert found == {"logits": ["logit"], "top": ["logit"]}
