"""Code finds what a notebook's kernel has beside Python, and what it displays is printed as text."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import pytest

from grader.worker.displaying import display, put_display


@pytest.fixture(autouse=True)
def python() -> Iterator[None]:
    """Python as it was, afterwards."""
    yield
    for name in ("display", "get_ipython"):
        vars(builtins).pop(name, None)


class Text:
    """What IPython makes of Markdown, HTML and LaTeX."""

    def __init__(self, data: str) -> None:
        self.data = data


class Styled:
    """A table that has a text for a page alone."""

    def _repr_html_(self) -> str:
        return "<td>tabby</td><td>0.37</td>"


def test_what_is_displayed_is_printed_as_it_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """Text without its tags, a table's cells, anything else as Python prints it."""
    display(Text("<b>0.370</b> -> tabby"), "cat", 3, Styled(), clear=True)

    said = capsys.readouterr().out.split("\n")
    assert said[:3] == ["0.370 -> tabby", "cat", "3"]
    assert said[3].split() == ["tabby", "0.37"]


def test_a_kernels_names_are_pythons() -> None:
    """Magics that code calls itself do nothing."""
    put_display(["display(1)"])
    space: dict[str, object] = {}

    exec("get_ipython().run_line_magic('matplotlib', 'inline'); shown = display", space)

    assert space["shown"] is display


def test_code_that_imports_display_gets_the_same() -> None:
    """IPython's own shows what a kernel is needed for."""
    put_display(["from IPython.display import display"])
    space: dict[str, object] = {}

    exec("from IPython.display import display", space)
    exec("from IPython.core.display_functions import display as other", space)

    assert space["display"] is space["other"] is display
