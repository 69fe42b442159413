"""Notebooks that are text are read like the notebook that they were made of."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fixtures.corpus.case import correct
from fixtures.corpus.styles.packing import EXPORTED
from grader import intake
from grader.errors import IntakeError
from grader.intake.files.documents import document_lines, is_run, pieces, read_document

GRADED = {"FCN32s", "FCN8s", "get_cls_pred", "returnCAM"}


@pytest.mark.parametrize("name", EXPORTED)
def test_a_notebook_written_as_text_is_read_like_the_notebook(name: str, tmp_path: Path) -> None:
    """Its graded names, its last cell and its answers are found, and each line of code has its place."""
    file, text = EXPORTED[name]
    (tmp_path / file).write_text(text(correct()), encoding="utf-8")

    found = intake.read(tmp_path)

    assert not found.problem and set(found.slice.targets) >= GRADED
    assert found.slice.weight_fc
    assert [answer.question for answer in found.saved.answers] == [1, 2]
    lines = (tmp_path / file).read_text(encoding="utf-8").split("\n")
    for chunk in (chunk for module in found.slice.modules for chunk in module.chunks):
        where = found.files[chunk.label].lines[chunk.line - 1]
        assert lines[where - 1].strip() == chunk.source.split("\n")[0].strip()


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a\n```python\nx = 1\n```\nb\n", [("markdown", "a"), ("code", "x = 1"), ("markdown", "b\n")]),
        ("~~~py\nx\n```\ny\n~~~", [("code", "x\n```\ny")]),
        (
            "```{python}\nx\n```\n```python\nshown\n```",
            [("code", "x"), ("markdown", "```python\nshown\n```")],
        ),
        ("```{python, eval=FALSE}\nx\n```\n```{python}\ny\n```", None),
        ("```{code-cell}\n---\ntags: [a]\n---\nx\n```", [("code", "# ---\n# tags: [a]\n# ---\nx")]),
        ("````md\n```python\nx\n```\n````\n```python\ny", None),
    ],
)
def test_only_blocks_that_are_run_are_code(text: str, cells: list[tuple[str, str]] | None) -> None:
    """Where some are marked as run, others are shown; a block may stay open; options become comments."""
    found = [(piece.kind, "\n".join(piece.lines)) for piece in pieces(text)]

    assert found == cells if cells else [source for kind, source in found if kind == "code"] == ["y"]


def test_marimo_keeps_functions_and_classes_whole() -> None:
    """They are cells as they stand; of a cell's function only the body is."""
    function = "@app.function\ndef f():\n    return 1\n\n\n"
    text = f"app = marimo.App()\n\n{function}@app.cell\ndef _():\n    x = 1\n    return (x,)\n"

    assert [piece.lines for piece in pieces(text)] == [("def f():", "    return 1", "", ""), ("x = 1",)]
    assert document_lines(text.encode()) == ((4, 5, 6, 7), (10,))


@pytest.mark.parametrize("text", ["# Notes\n", "app = marimo.App()\n"])
def test_a_text_without_code_is_no_notebook(text: str) -> None:
    """It is said so."""
    with pytest.raises(IntakeError, match=r"notes\.md holds no block of Python"):
        read_document(text.encode(), "notes.md")


def test_a_readme_that_shows_code_is_not_run() -> None:
    """Unless its head says that it is a notebook."""
    shown = b"# Use\n```python\nFCN8s = 1\n```\n"

    assert not is_run(shown)
    assert is_run(b"---\njupytext:\n  formats: md\n---\n" + shown)


@pytest.mark.parametrize("line", ["```python\n", "````\n```\n", "@app.cell\n", "```{python}\n```\n", "---\n"])
def test_odd_text_is_read_in_linear_time(line: str) -> None:
    """A megabyte takes no more than some seconds."""
    text = "app = marimo.App()\n" * (line[0] == "@") + line * (1_000_000 // len(line))
    began = time.process_time()

    pieces(text)
    is_run(text.encode())

    assert time.process_time() - began < 5
