"""Imports of the submission's own files are followed; no file takes the place of a library or of the kit."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read
from grader.intake.code.library import Library, is_taken
from grader.intake.code.slicing import walk_targets
from grader.intake.code.statements import Source
from tests.grader.intake.a_submission import folder, ipynb, modules_of, of_cells

USES: dict[str, tuple[str, dict[str, str]]] = {
    "from a file": ("from models import FCN32s", {"models.py": "n = 7\nclass FCN32s: n = n\nraise SystemExit"}),
    "under another name": ("from models import Net as FCN32s", {"models.py": "class Net: n = 7"}),
    "everything from a file": ("from models import *", {"models.py": "class FCN32s: n = 7"}),
    "everything from everything": (
        "from models import *", {"models.py": "from layers import *\nclass FCN32s(Base): pass", "layers.py": "class Base: n = 7"},
    ),
    "an attribute of a module": ("import models\nFCN32s = models.FCN32s", {"models.py": "class FCN32s: n = 7"}),
    "a module under another name": ("import models as m\nclass FCN32s(m.Base): pass", {"models.py": "class Base: n = 7"}),
    "a module in a package": (
        "from nets.fcn import FCN32s", {"nets/fcn.py": "from .layers import n\nclass FCN32s: n = n", "nets/layers.py": "n = 7"},
    ),
    "through the package itself": (
        "from nets import FCN32s",
        {"nets/__init__.py": "from .fcn import FCN32s", "nets/fcn.py": "from . import layers\nclass FCN32s: n = layers.n", "nets/layers.py": "n = 7"},
    ),
    "two levels up": (
        "from nets.deep.fcn import FCN32s", {"nets/deep/fcn.py": "from ..layers import n\nclass FCN32s: n = n", "nets/layers.py": "n = 7"},
    ),
    "a dotted module": ("import nets.fcn\nFCN32s = nets.fcn.FCN32s", {"nets/fcn.py": "class FCN32s: n = 7"}),
    "in a folder that sys.path was given": ("from models import FCN32s", {"src/models.py": "class FCN32s: n = 7"}),
    "imported in a function": (
        "class FCN32s:\n    @property\n    def n(self):\n        from models import n\n        return n", {"models.py": "n = 7"},
    ),
    "%run": ("%run models.py", {"models.py": "class FCN32s: n = 7"}),
    "%%writefile": ("%%writefile written.py\nclass FCN32s: n = 7", {}),
}  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_the_submissions_own_modules_are_part_of_the_slice(use: str, tmp_path: Path) -> None:
    """Each import a student may write brings the class, and only what that needs."""
    cell, files = USES[use]
    cells = [cell, "from written import FCN32s"] if use == "%%writefile" else [cell]

    submission = of_cells(tmp_path, *cells, files=files)

    assert submission.slice.targets == {"FCN32s": "submission"}
    with modules_of(submission) as namespace:
        assert namespace["FCN32s"]().n == 7


def test_a_target_may_stay_in_its_module(tmp_path: Path) -> None:
    """Where the notebook has it as part of the module only."""
    files = {"nets/fcn.py": "n = 7\nclass FCN32s: n = n", "cams.py": "def returnCAM(f, w, i): return w"}
    submission = of_cells(
        tmp_path,
        "from nets import fcn\nimport cams\nm = fcn.FCN32s()",
        "cams.returnCAM(1, m, 2)",
        files=files,
    )

    assert submission.slice.targets == {"FCN32s": "nets.fcn", "returnCAM": "cams"}
    assert {module.name for module in submission.slice.modules} == {"nets.fcn", "cams", "submission"}
    assert submission.slice.cam_cell[-1].source == "cams.returnCAM(1, m, 2)"


def test_a_traceback_names_the_file(tmp_path: Path) -> None:
    """Chunks of a module carry its path and line."""
    submission = of_cells(
        tmp_path, "from nets.fcn import FCN32s", files={"nets/fcn.py": "\n\nclass FCN32s: pass"}
    )

    (chunk,) = submission.slice.modules[0].chunks

    assert (submission.slice.modules[0].name, chunk.label, chunk.line) == ("nets.fcn", "nets/fcn.py", 3)
    assert submission.texts["nets/fcn.py"] == "\n\nclass FCN32s: pass"


@pytest.mark.parametrize(
    "name", ["torch", "numpy", "cv2", "json", "os", "FCN.trainer", "CAM.resnet", "FCN", "submission"]
)
def test_no_file_shadows_a_library_or_the_kit(name: str, tmp_path: Path) -> None:
    """The import stays, the file is never part of the slice, and a note says so."""
    path = name.replace(".", "/") + ".py"
    files = {
        "a.ipynb": ipynb(f"from {name} import x\nclass FCN32s: x = x"),
        path: "x = 'forged'\n",
        "zz.py": "a = 1\n",
    }

    submission = read(folder(tmp_path / "s", files))

    assert [module.name for module in submission.slice.modules] == ["submission"]
    assert not any("forged" in chunk.source for module in submission.slice.modules for chunk in module.chunks)
    assert any(path in note for note in submission.notes)


def test_a_file_of_the_students_own_in_a_kit_folder_is_theirs() -> None:
    """Only the kit's own modules are protected there."""
    library = Library({"FCN/models.py": Source("FCN/models.py", "")})

    assert library.is_local("FCN.models")
    assert is_taken("FCN.dataset")


def test_modules_that_import_each_other_end() -> None:
    """A circle of stars is walked once."""
    library = Library({"a.py": Source("a.py", "from b import *"), "b.py": Source("b.py", "from a import *")})
    library.add("submission", [Source("cell 1", "from a import *\nclass FCN32s(Missing): pass")])

    assert walk_targets(library)[1] == {"FCN32s": "submission"}


def test_a_relative_import_above_the_top_means_nothing() -> None:
    """It fails when it runs, as it would for the student."""
    library = Library({"a.py": Source("a.py", "")})

    assert library.absolute("...x", "a") == "x"
    assert library.absolute(".a", "submission") == "a"
