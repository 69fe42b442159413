"""The notebook that holds the work is graded, and the others are named."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import IntakeError
from grader.intake import read
from grader.intake.choosing import choose
from tests.grader.intake.a_submission import cell, folder, ipynb

FCN = "class FCN32s:\n    a = 1\n    b = 2\nclass FCN8s:\n    a = 1\n"
CAM = "def get_cls_pred(logit):\n    return 1\ndef returnCAM(f, w, i):\n    return f\n"
BLANK = "class FCN32s: pass\nclass FCN8s: pass\ndef get_cls_pred(x): pass\ndef returnCAM(f, w, i): pass\n"
SHOWN = cell("1", outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}])

CHOICES: dict[str, tuple[dict[str, bytes | str], str]] = {
    "the one that defines most": ({"a.ipynb": ipynb(FCN), "b.ipynb": ipynb(FCN, CAM)}, "b.ipynb"),
    "the filled one, not the template": ({"a.ipynb": ipynb(FCN, CAM), "b.ipynb": ipynb(BLANK, SHOWN)}, "a.ipynb"),
    "the one that was run": ({"a.ipynb": ipynb(FCN, CAM, SHOWN), "b.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "the original, not the copy": ({"a.ipynb": ipynb(FCN, CAM), "a-Copy1.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "the final one, not the first": (
        {"hw_v1.ipynb": ipynb(FCN, CAM), "hw_final.ipynb": ipynb(FCN, CAM)}, "hw_final.ipynb",
    ),
    "the longer, though it trains from scratch": (
        {"fcn_from_scratch.ipynb": ipynb(FCN, CAM, "x = 1"), "fcn_b.ipynb": ipynb(FCN, CAM)},
        "fcn_from_scratch.ipynb",
    ),
    "not the old one": ({"hw_old.ipynb": ipynb(FCN, CAM), "hw.ipynb": ipynb(FCN, CAM)}, "hw.ipynb"),
    "not the one in the trash": (
        {"trash/a.ipynb": ipynb(FCN, CAM), "final/a.ipynb": ipynb(FCN, CAM), "archive/a.ipynb": ipynb(FCN, CAM)},
        "final/a.ipynb",
    ),
    "the highest number": ({"hw_9.ipynb": ipynb(FCN, CAM), "hw_10.ipynb": ipynb(FCN, CAM)}, "hw_10.ipynb"),
    "the notebook, not the script": ({"z.py": FCN + CAM, "a.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "the notebook that imports, not the module": (
        {"models.py": FCN + CAM, "a.ipynb": ipynb("from models import *")}, "a.ipynb",
    ),
    "the script, where no notebook defines anything": ({"z.py": FCN + CAM, "a.ipynb": ipynb("x = 1")}, "z.py"),
    "the upper one": ({"a.ipynb": ipynb(FCN, CAM), "old/kit/a.ipynb": ipynb(FCN, CAM)}, "a.ipynb"),
    "any, where none defines anything": ({"a.ipynb": ipynb("x = 1")}, "a.ipynb"),
}  # fmt: skip


@pytest.mark.parametrize("choice", CHOICES)
def test_the_likeliest_file_is_graded(choice: str, tmp_path: Path) -> None:
    """Whatever their names."""
    files, expected = CHOICES[choice]

    assert read(folder(tmp_path / "s", files)).source == expected


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


def test_kit_copies_are_never_graded() -> None:
    """Not even where there is nothing else."""
    with pytest.raises(IntakeError, match="the course's own files only"):
        choose({"hw/FCN/trainer.py": b"class FCN32s: pass", "hw/CAM/resnet.py": b""})


def test_where_no_file_can_be_read_the_reasons_are_given() -> None:
    """For each."""
    with pytest.raises(IntakeError, match=r"a\.ipynb is no valid JSON.*; b\.ipynb is JSON, but no notebook"):
        choose({"a.ipynb": b"\x00", "b.ipynb": b"[]"})


def test_a_cell_that_holds_a_picture_as_text_is_read(tmp_path: Path) -> None:
    """Its code counts; what is quoted of it is the student's own."""
    picture = f"LOGO = '{'iVBORw0KGgo' * 40_000}'\n"
    found = read(folder(tmp_path / "s", {"a.ipynb": ipynb(picture + FCN, CAM)}))

    assert {"FCN32s", "FCN8s"} <= set(found.slice.targets)
    assert found.texts["cell 1"].startswith(picture)


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
