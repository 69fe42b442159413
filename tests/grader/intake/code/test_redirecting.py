"""A file is imported though a library, or another file, has its name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.intake import read
from tests.grader.intake.a_submission import folder, ipynb, modules_of, of_cells


@pytest.mark.parametrize("name", ["copy", "types", "random", "torchvision", "FCN", "tokenize"])
def test_a_file_that_has_a_librarys_name_is_read_and_said(name: str, tmp_path: Path) -> None:
    """What only the file has must be meant by it; that it can't be imported so is one slip."""
    cell = f"import os\nfrom {name} import FCN32s"
    submission = of_cells(tmp_path, cell, files={f"{name}.py": "class FCN32s: n = 7"})

    with modules_of(submission) as namespace:
        assert namespace["FCN32s"].n == 7
    (slip,) = submission.slips
    assert (slip.target, slip.cause, slip.place.label, slip.place.line) == (
        "FCN32s",
        "code.shadowed",
        "cell 1",
        2,
    )
    assert slip.told == f"ImportError: {name}.py is never imported, as another module is called {name}"


@pytest.mark.parametrize("name", ["submission", "reference", "grader"])
@pytest.mark.parametrize(
    "cell",
    ["from {} import FCN32s", "import {}\nFCN32s = {}.FCN32s", "import {} as mine\nFCN32s = mine.FCN32s"],
)
def test_a_file_that_has_a_name_of_ours_costs_nothing(name: str, cell: str, tmp_path: Path) -> None:
    """On every other machine it is imported."""
    submission = of_cells(tmp_path, cell.replace("{}", name), files={f"{name}.py": "class FCN32s: n = 7"})

    with modules_of(submission) as namespace:
        assert namespace["FCN32s"].n == 7
    assert not submission.slips
    assert not any("never imported" in note for note in submission.notes)


@pytest.mark.parametrize(
    "cell",
    [
        "from copy import deepcopy\nclass FCN32s: n = deepcopy(7)",
        "import copy\nclass FCN32s: n = copy.deepcopy(7)",
        "from copy import helper, deepcopy\nclass FCN32s: n = 7",
    ],
)
def test_what_the_library_has_is_taken_from_it(cell: str, tmp_path: Path) -> None:
    """A file beside it changes nothing, as Python has imported the library long before."""
    submission = of_cells(tmp_path, cell, files={"copy.py": "def deepcopy(x): return 1\ndef helper(): pass"})

    with modules_of(submission) as namespace:
        assert namespace["FCN32s"].n == 7
    assert not submission.slips


def test_notebooks_in_two_folders_read_the_files_beside_them(tmp_path: Path) -> None:
    """Each was run where it stands."""
    root = folder(
        tmp_path / "s",
        {
            "one/a.ipynb": ipynb("import utils", "from utils import n", "class FCN32s: n = n + utils.n"),
            "one/utils.py": "n = 3",
            "two/b.ipynb": ipynb("import utils as u\nclass FCN8s: n = u.n\ndef get_cls_pred(x): return x"),
            "two/utils.py": "n = 8",
        },
    )
    submission = read(root)

    with modules_of(submission):
        targets = submission.slice.targets
        found = {name: getattr(sys.modules[targets[name]], name).n for name in ("FCN32s", "FCN8s")}
    assert found == {"FCN32s": 6, "FCN8s": 8}
