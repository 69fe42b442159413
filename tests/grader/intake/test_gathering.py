"""What may be graded is read; the course's own files and broken ones are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import IntakeError
from grader.intake import gathering, read
from grader.intake.gathering import candidates
from tests.grader.intake.a_submission import folder, ipynb

FCN = "class FCN32s:\n    a = 1\n    b = 2\nclass FCN8s:\n    a = 1\n"


def test_kit_copies_are_never_graded() -> None:
    """Not even where there is nothing else."""
    with pytest.raises(IntakeError, match="the course's own files only"):
        candidates({"hw/FCN/trainer.py": b"class FCN32s: pass", "hw/CAM/resnet.py": b""}, {})


def test_where_no_file_can_be_read_the_reasons_are_given() -> None:
    """For each."""
    with pytest.raises(IntakeError, match=r"a\.ipynb is no valid JSON.*; b\.ipynb is JSON, but no notebook"):
        candidates({"a.ipynb": b"\x00", "b.ipynb": b"[]"}, {})


def test_a_cell_that_holds_a_picture_as_text_is_read(tmp_path: Path) -> None:
    """Its code counts; what is quoted of it is the student's own."""
    picture = f"LOGO = '{'iVBORw0KGgo' * 40_000}'\n"
    found = read(folder(tmp_path / "s", {"a.ipynb": ipynb(picture + FCN)}))

    assert {"FCN32s", "FCN8s"} <= set(found.slice.targets)
    assert found.texts["cell 1"].startswith(picture)


def test_so_much_code_is_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out is named."""
    monkeypatch.setattr(gathering, "MOST_READ", 10)

    found, notes = candidates({"a.py": b"x = 1", "b.py": b"y = 2 + 3"}, {})

    assert [each.path for each in found] == ["a.py"]
    assert notes == ["more than 10 characters of code: b.py was not read"]
