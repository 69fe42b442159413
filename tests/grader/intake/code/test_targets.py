"""The graded names are found wherever a run of the submission binds them."""

from __future__ import annotations

from grader.intake.code.library import MAIN, Library
from grader.intake.code.statements import Source
from grader.intake.code.targets import walk_targets


def targets(files: dict[str, str], cell: str) -> dict[str, str]:
    """The targets of a notebook of one cell beside files, each with its module."""
    library = Library({path: (Source(path, text),) for path, text in files.items()})
    library.add(MAIN, [Source("cell 1", cell)])
    return walk_targets(library)[1]


def test_a_class_that_no_cell_names_is_found_where_it_is_imported_from() -> None:
    """The notebook calls a function that builds it; other modules lead there."""
    files = {
        "nets/__init__.py": "from .factory import build",
        "nets/factory.py": "from . import zoo\ndef build(n):\n    return zoo.FCN8s(n)",
        "nets/zoo.py": "class FCN8s: pass",
        "nets/old.py": "class FCN32s: pass",
    }

    assert targets(files, "from nets import build\nmodel = build(12)") == {"FCN8s": "nets.zoo"}


def test_the_notebooks_own_comes_first() -> None:
    """A file that has one too is not asked."""
    files = {"models.py": "class FCN8s: pass"}

    assert targets(files, "import models\nclass FCN8s(models.FCN8s): pass") == {"FCN8s": MAIN}
