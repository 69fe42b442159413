"""Scripts as `jupyter nbconvert --to script` writes them."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbconvert import PythonExporter

from fixtures.notebook import base, to_ipynb
from grader import intake


def test_an_exported_notebook_is_read_like_the_notebook(tmp_path: Path) -> None:
    """Every name that is graded is found in the script, and the last cell too."""
    source, _ = PythonExporter().from_notebook_node(nbformat.reads(to_ipynb(base()), as_version=4))
    (tmp_path / "assignment3.py").write_text(source)

    submission = intake.read(tmp_path)

    assert not submission.problem
    assert {"FCN32s", "FCN8s", "get_cls_pred", "returnCAM"} <= set(submission.slice.targets)
    assert submission.slice.cam_cell
