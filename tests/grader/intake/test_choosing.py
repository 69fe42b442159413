"""The notebook that holds the work is graded, and the others are named."""

from __future__ import annotations

from pathlib import Path

from grader.intake import read
from tests.grader.intake.a_submission import cell, folder, ipynb

FCN = "class FCN32s:\n    a = 1\n    b = 2\nclass FCN8s:\n    a = 1\n"
CAM = "def get_cls_pred(logit):\n    return 1\ndef returnCAM(f, w, i):\n    return f\n"
SHOWN = cell("1", outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}])


def test_the_others_are_named(tmp_path: Path) -> None:
    """A TA can see at once whether the choice was right."""
    files = {"a.ipynb": ipynb(FCN, CAM), "b.ipynb": ipynb(FCN), "c.ipynb": b"broken"}

    notes = read(folder(tmp_path / "s", files)).notes

    assert "a.ipynb was graded; not graded: b.ipynb" in notes
    assert any(note.startswith("c.ipynb is no valid JSON") for note in notes)


def test_work_that_is_spread_over_files_is_graded_together(tmp_path: Path) -> None:
    """Each fills what the others lack; labels tell them apart."""
    submission = read(
        folder(tmp_path / "s", {"p1.ipynb": ipynb(FCN), "p4.ipynb": ipynb(CAM), "x.py": "y = 1"})
    )

    assert set(submission.slice.targets) == {"FCN32s", "FCN8s", "get_cls_pred", "returnCAM"}
    assert submission.source == "p4.ipynb, p1.ipynb"
    labels = [[chunk.label for chunk in module.chunks] for module in submission.slice.modules]
    assert labels == [["cell 1", "cell 1"], ["p4.ipynb cell 1", "p4.ipynb cell 1"]]
    assert (
        "p4.ipynb defines get_cls_pred, returnCAM, which p1.ipynb lacks: both are graded" in submission.notes
    )


def test_the_outputs_of_a_notebook_that_another_runs_count(tmp_path: Path) -> None:
    """It is graded with it, and its cells are known by its name."""
    log = "Epoch Loss: 1.0, Avg Acc: 0.5, Mean IoU: 0.1\n" * 2
    shown = cell("Trainer(FCN32s())", outputs=[{"output_type": "stream", "name": "stdout", "text": log}])
    first, second = ipynb("class FCN32s: pass", shown), ipynb("%run p1.ipynb\nclass FCN8s(FCN32s): pass", CAM)

    submission = read(folder(tmp_path / "s", {"p1.ipynb": first, "p2.ipynb": second}))

    assert submission.source == "p1.ipynb, p2.ipynb"
    assert [(run.label, run.model, len(run.epochs)) for run in submission.saved.runs] == [
        ("p1.ipynb cell 2", "fcn32s", 2)
    ]
    assert not any("not graded" in note for note in submission.notes)


def test_scripts_alone_are_graded(tmp_path: Path) -> None:
    """One or several, under their own names."""
    submission = read(
        folder(
            tmp_path / "s",
            {"fcn.py": FCN, "cam.py": CAM + "if __name__ == '__main__':\n    w = returnCAM(1, 2, 3)\n"},
        )
    )

    assert set(submission.slice.targets) == {"FCN32s", "FCN8s", "get_cls_pred", "returnCAM"}
    assert [chunk.source for chunk in submission.slice.cam_cell] == ["w = returnCAM(1, 2, 3)"]
    assert submission.saved.has_outputs is False


def test_a_script_that_others_import_is_not_graded_twice(tmp_path: Path) -> None:
    """It is a module of theirs."""
    submission = read(folder(tmp_path / "s", {"main.py": "from fcn import *\n" + CAM, "fcn.py": FCN}))

    assert submission.source == "main.py"
    assert [module.name for module in submission.slice.modules] == ["submission", "fcn"]


def test_a_slip_costs_only_where_it_stands_in_what_is_graded(tmp_path: Path) -> None:
    """Not in a draft beside it; but in a file that is imported, and in another notebook under its label."""
    broken = FCN.replace("class FCN8s:", "class FCN8s")
    places: dict[str, tuple[dict[str, bytes | str], list[str]]] = {
        "a draft": ({"a.ipynb": ipynb(FCN, CAM), "draft.ipynb": ipynb(broken, CAM)}, []),
        "a file": ({"models.py": broken, "a.ipynb": ipynb("from models import *", CAM)}, ["models.py"]),
        "another": ({"p1.ipynb": ipynb(broken), "p4.ipynb": ipynb(CAM, SHOWN)}, ["p1.ipynb cell 1"]),
        "a name": (
            {"m.py": FCN.replace("8s:", "8:\n    def forward(self): 0"), "a.ipynb": ipynb("import m", CAM)},
            ["m.py"],
        ),
    }
    for name, (files, labels) in places.items():
        submission = read(folder(tmp_path / name, files))

        assert [slip.place.label for slip in submission.slips] == labels, name
        assert set(labels) <= set(submission.texts), name
