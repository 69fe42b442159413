"""Code in cells of text is code, unless a cell of code binds its names."""

from __future__ import annotations

from grader.intake.code.retyped import as_code
from grader.intake.files.notebook import Cell

CODE = "class FCN8s:\n    n = 7"


def kinds(*cells: tuple[str, str]) -> list[str]:
    made = [Cell(f"cell {number}", kind, text) for number, (kind, text) in enumerate(cells, 1)]
    return [cell.kind for cell in as_code(made)[0]]


def test_code_in_a_cell_of_text_is_code() -> None:
    """As markdown, as raw text, or between fences; and it is said."""
    fenced = f"```python\n{CODE}\n```"
    assert kinds(("markdown", CODE), ("raw", "import cv2"), ("markdown", "# FCN\nimport is important")) == [
        "code", "code", "markdown",
    ]  # fmt: skip
    assert kinds(("markdown", fenced)) == ["code"]
    assert "holds code (FCN8s)" in as_code([Cell("cell 1", "markdown", CODE)])[1][0]


def test_what_is_quoted_is_no_code() -> None:
    """A cell of code has it; or prose stands around it."""
    assert kinds(("code", CODE), ("markdown", CODE)) == ["code", "markdown"]
    assert kinds(("markdown", f"I wrote this:\n\n```python\n{CODE}\n```\nIt works.")) == ["markdown"]


def test_an_import_may_stand_in_several_cells() -> None:
    """It is no other version of what it brings."""
    settings = "import torch\nfrom torch import nn\nRATE = 0.5"
    assert kinds(("raw", settings), ("code", "import torch")) == ["code", "code"]
    assert kinds(("raw", settings), ("code", "RATE = 1")) == ["raw", "code"]
    assert kinds(("raw", "import torch"), ("code", "import torch")) == ["raw", "code"]
