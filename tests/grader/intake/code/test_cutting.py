"""Chunks come in an order that runs, and all that is left out is listed with its reason."""

from __future__ import annotations

from pathlib import Path

from tests.grader.intake.a_submission import of_cells, run


def test_statements_keep_the_order_they_stand_in(tmp_path: Path) -> None:
    """With their own cell and line."""
    submission = of_cells(tmp_path, "n = 1\n\nm = 2", "class FCN32s:\n    both = m, n")

    (module,) = submission.slice.modules
    assert [(chunk.label, chunk.line) for chunk in module.chunks] == [
        ("cell 1", 1),
        ("cell 1", 3),
        ("cell 2", 1),
    ]


def test_what_stands_below_its_use_moves_up_with_all_it_needs(tmp_path: Path) -> None:
    """Such a notebook ran once, in another order."""
    cells = [
        "class FCN32s(Base): pass",
        "class Base(make()): pass",
        "def make(): return type('T', (), {'n': k})",
        "k = 4",
    ]
    submission = of_cells(tmp_path, *cells)

    assert run(submission)["FCN32s"].n == 4
    assert any("cell 2, line 1 was moved up: cell 1 needs it" in note for note in submission.notes)


def test_a_circle_keeps_the_order_it_stands_in(tmp_path: Path) -> None:
    """Nothing can be moved to make it run."""
    submission = of_cells(tmp_path, "class FCN32s(B): pass", "class B(FCN32s): pass")

    assert [chunk.label for chunk in submission.slice.modules[0].chunks] == ["cell 2", "cell 1"]


def test_future_imports_are_kept_where_anything_is(tmp_path: Path) -> None:
    """They change how the rest is compiled, though no name says so."""
    submission = of_cells(tmp_path, "from __future__ import annotations", "class FCN32s: pass", "x = 1")

    assert submission.slice.modules[0].chunks[0].source == "from __future__ import annotations"


def test_everything_left_out_is_listed_once_with_its_reason(tmp_path: Path) -> None:
    """In the order it stands; what does nothing and what is needed in part is not listed."""
    submission = of_cells(
        tmp_path,
        "%matplotlib inline\nimport os, json\nimport math\n'a text'\npass",
        "class FCN32s: pass",
        "def get_cls_pred(x): return json.dumps(x)\nimport json",
        "n = input()\nprint(n)",
        "class FCN32s: pass\nx = = 1",
        "%%bash\nls",
        "for i in range(3):\n    print(i)",
    )

    assert [(one.label, one.line, one.first_line, one.reason) for one in submission.slice.dropped] == [
        ("cell 1", 1, "%matplotlib inline", "an IPython magic"),
        ("cell 1", 3, "import math", "not needed"),
        ("cell 2", 1, "class FCN32s: pass", "replaced by a later definition"),
        ("cell 3", 2, "import json", "imported elsewhere"),
        ("cell 4", 1, "n = input()", "trains, waits for input, reads the data set, or needs what does"),
        ("cell 4", 2, "print(n)", "trains, waits for input, reads the data set, or needs what does"),
        ("cell 5", 2, "x = = 1", "does not parse: invalid syntax (line 2)"),
        ("cell 6", 1, "%%bash", "a cell of %%bash, not of Python"),
        ("cell 7", 1, "for i in range(3):", "not needed"),
    ]


def test_what_only_the_last_cell_needs_is_not_listed_as_left_out(tmp_path: Path) -> None:
    """It is run, if later."""
    submission = of_cells(tmp_path, "def returnCAM(f, w, i): pass", "net = 1\nreturnCAM(net, 2, 3)")

    assert submission.slice.dropped == ()
