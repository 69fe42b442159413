from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.files.lines import source_lines
from grader.intake.files.notebook import read_notebook

SOURCES = ["import torch\n\nx = 1\n", "", "one line", "print('a\\nb')\ny = 2"]


def notebook(sources: list[str], split: bool = True) -> dict[str, object]:
    def source(text: str) -> object:
        return text.splitlines(keepends=True) if split else text

    cells = [{"cell_type": "code", "outputs": [{"text": "x"}], "source": source(text)} for text in sources]
    return {"metadata": {"cells": ["no"], "source": "no"}, "cells": cells, "nbformat": 4, "nbformat_minor": 5}


def test_each_line_of_code_is_found_in_the_file() -> None:
    """As Jupyter writes it: a line of the file for each line of code."""
    text = json.dumps(notebook(SOURCES), indent=1)
    file = text.split("\n")
    found = source_lines(text.encode())

    assert [len(lines) for lines in found] == [3, 0, 1, 2]
    for source, lines in zip(SOURCES, found, strict=True):
        for code, line in zip(source.splitlines(), lines, strict=True):
            assert json.dumps(code)[1:-1] in file[line - 1]


def test_a_source_in_one_string_stands_on_one_line() -> None:
    """As other programs write it."""
    text = json.dumps(notebook(["a\nb\nc"], split=False), indent=1)
    (lines,) = source_lines(text.encode())

    assert len(lines) == 3 and len(set(lines)) == 1
    assert r"a\nb\nc" in text.split("\n")[lines[0] - 1]


def test_a_file_without_lines_has_one() -> None:
    """Whatever its cells hold."""
    found = source_lines(json.dumps(notebook(SOURCES)).encode())

    assert {line for lines in found for line in lines} == {1}


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"cells": 3}', b'{"cells": [', b'{"cells": [{"a":'])
def test_what_is_no_notebook_has_no_lines(data: bytes) -> None:
    """And breaks nothing."""
    assert source_lines(data) == ()


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5), st.sampled_from([None, 1, 2]), st.booleans())
def test_there_is_a_line_for_each_line_of_code(texts: list[str], indent: int | None, split: bool) -> None:
    """However the file is laid out, and whatever stands in it."""
    data = json.dumps(notebook(texts, split), indent=indent, ensure_ascii=False).encode("utf-8", "replace")
    found = source_lines(data)
    cells = read_notebook(data, "a.ipynb")

    assert len(found) == len(cells)
    for cell, lines in zip(cells, found, strict=True):
        assert len(lines) >= len(cell.source.rstrip("\n").split("\n")) or not cell.source.strip("\n")
        assert list(lines) == sorted(lines)
