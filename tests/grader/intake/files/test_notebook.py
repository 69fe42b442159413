"""Notebooks of every format and in every state of repair are read as far as they can be."""

from __future__ import annotations

import codecs
import json
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import PythonExporter

from fixtures.notebook import base, to_ipynb
from grader import intake
from grader.errors import IntakeError
from grader.intake.files.notebook import MOST_CELLS, decoded, read_notebook, script
from tests.grader.intake.a_submission import cell, ipynb


def sources(data: bytes) -> list[str]:
    return [each.source for each in read_notebook(data, "a.ipynb")]


def book(**parts: Any) -> bytes:
    return json.dumps(
        {"cells": [cell("x = 1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | parts
    ).encode()


def test_labels_count_all_cells_from_one() -> None:
    """Those of text too, as a reader counts them."""
    cells = read_notebook(ipynb(cell("# Title", "markdown"), "x = 1"), "a.ipynb")

    assert [(each.label, each.kind) for each in cells] == [("cell 1", "markdown"), ("cell 2", "code")]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + book(),
        book().decode().encode("utf-16"),
        json.dumps(json.loads(book()), indent=1).replace("\n", "\r\n").encode(),
        book(metadata=None),
        book(metadata=[1], nbformat="four"),
        book(nbformat_minor=99),
        book(nbformat=5),
        b'{"cells": [{"cell_type": "code", "source": ["x = ", "1"]}]}',
        b'{"cells": [{"cell_type": "code", "source": "x = 1", "metadata": {"a": NaN}}], "a": 1e999}',
        b'{"cells": [null, 3, [], {"cell_type": "code", "source": "x = 1", "outputs": 7}]}',
        b'{"cells": [{"cell_type": "code", "source": "x = 1", "execution_count": "a\nb"}]}',
    ],
)
def test_what_does_not_matter_is_forgiven(data: bytes) -> None:
    """Encodings, line ends, missing and bad fields."""
    assert sources(data) == ["x = 1"]


def test_carriage_returns_in_sources_are_line_ends() -> None:
    """Windows editors leave them."""
    assert sources(ipynb("x = 1\r\ny = 2\rz = 3")) == ["x = 1\ny = 2\nz = 3"]


def test_zeros_between_characters_are_left_out() -> None:
    """An encoding left them there, and no Python has any."""
    (cell,) = read_notebook(ipynb("x = \0 1\0"), "a.ipynb")

    assert cell.source == "x =  1"
    assert script("x = 1\n".encode("utf-16-le"), "a.py") == "x = 1\n"


def test_half_characters_are_replaced() -> None:
    """JSON can spell what UTF-8 can't."""
    (source,) = sources(b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}')

    assert source.encode() == b"x = '?'"


def test_format_3_is_converted() -> None:
    """Worksheets, `input`, headings and outputs of before 2015."""
    old = {
        "metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0,
        "worksheets": [{"cells": [
            {"cell_type": "heading", "level": 2, "source": ["Part 3"]},
            {"cell_type": "code", "input": ["x = (\n", "1)"], "language": "python", "prompt_number": 4,
             "outputs": [{"output_type": "stream", "stream": "stdout", "text": "hi"},
                         {"output_type": "display_data", "png": "aGk="}]},
        ]}],
    }  # fmt: skip

    title, code = read_notebook(json.dumps(old).encode(), "a.ipynb")

    assert (title.kind, title.source) == ("markdown", "## Part 3")
    assert (code.source, code.count, code.outputs[0]["text"]) == ("x = (\n1)", 4, "hi")
    assert code.outputs[1]["data"] == {"image/png": "aGk="}


@pytest.mark.slow
def test_of_an_old_notebook_no_more_cells_are_converted_than_read() -> None:
    """Each takes a tenth of a millisecond; a hundred thousand empty sheets take no time either."""
    cell = {"cell_type": "code", "input": "x = 1", "outputs": []}
    sheets = [
        {"cells": [cell] * 1500},
        {"cells": []},
        {"cells": [cell] * 1500},
        *[{"cells": [cell]}] * 100_000,
    ]
    begun = time.process_time()
    cells = read_notebook(json.dumps({"worksheets": sheets}).encode(), "x.ipynb")

    assert len(cells) <= MOST_CELLS
    assert time.process_time() - begun < 10


def test_an_old_notebook_without_its_fields_is_still_read() -> None:
    """Metadata and version may be missing there too."""
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1", "outputs": []}]}]}

    assert sources(json.dumps(old).encode()) == ["x = 1"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.ipynb is empty"),
        (b" \n", "a.ipynb is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff" * 9, "a.ipynb is no valid JSON"),
        (b'{"cells": [\n],\n}', "a.ipynb is no valid JSON: there is a comma too many before line 3"),
        (b'{"cells": [{},\n]}', "a.ipynb is no valid JSON: there is a comma too many before line 2"),
        (ipynb("x = 1")[:-9], r"a.ipynb is no valid JSON: .* \(line 1\); it may be cut off"),
        (ipynb("x = 1") + b"\n<!-- -->", r"something stands behind its end \(line 2\) and must go"),
        (b"[1, 2]", 'a.ipynb is JSON, but no notebook: it has no "cells"'),
        (b'{"a": 1}', "no notebook"),
        (b"<!DOCTYPE html><html>", "a.ipynb is a web page, not a notebook"),
        (b'{"cells": []}', "a notebook without cells"),
        (b'{"cells": {"a": 1}}', "a notebook without cells"),
        (b'{"worksheets": 3}', "old format that can't be converted"),
        (b"[" * 100_000, "no valid JSON"),
        (b'{"cells": [' + b"1" * 5000 + b"]}", "no valid JSON"),
        (b"[" * 3_000_001, "holds more than 3000000 values"),
    ],
)
def test_what_is_no_notebook_is_told(data: bytes, message: str) -> None:
    """With what is wrong with it."""
    with pytest.raises(IntakeError, match=message):
        read_notebook(data, "a.ipynb")


def test_a_million_cells_are_bounded() -> None:
    """The first ones are read."""
    data = b'{"cells": [' + b",".join([b'{"cell_type":"code","source":"x"}'] * 300_000) + b"]}"

    assert len(read_notebook(data, "a.ipynb")) == MOST_CELLS


def test_text_in_no_known_encoding_is_still_text() -> None:
    """As Windows writes it; a byte that means nothing there either costs its letter."""
    assert decoded(b"# caf\xe9\r\nx = 1") == "# caf\u00e9\nx = 1"
    assert decoded(b"# \xe9\x81") == "# \u00e9\ufffd"


@pytest.mark.parametrize(
    ("said", "encoding", "text"),
    [("latin-1", "latin-1", "größe"), ("euc-kr", "euc_kr", "질문"), ("utf8", "utf-8", "größe")],
)
def test_a_script_is_read_in_the_encoding_that_it_says(said: str, encoding: str, text: str) -> None:
    """As Python reads it: in one of its first two lines."""
    source = f"#!/usr/bin/env python\n# -*- coding: {said} -*-\n# {text}"

    assert script(source.encode(encoding), "a.py") == source


def test_no_codec_but_tables_of_letters_is_run() -> None:
    """Others unpack, or take long."""
    assert script(b"# coding: punycode\nx = 1", "a.py") == "# coding: punycode\nx = 1"


@pytest.mark.filterwarnings("ignore:IPython is needed")
def test_an_exported_notebook_is_read_like_the_notebook(tmp_path: Path) -> None:
    """In the script that nbconvert writes, every name that is graded is found, and the last cell too."""
    source, _ = PythonExporter().from_notebook_node(nbformat.reads(to_ipynb(base()), as_version=4))
    (tmp_path / "assignment3.py").write_text(source)

    submission = intake.read(tmp_path)

    assert not submission.problem
    assert {"FCN32s", "FCN8s", "get_cls_pred", "returnCAM"} <= set(submission.slice.targets)
    assert submission.slice.cam_cell
