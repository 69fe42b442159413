"""A submission's small files are given where its code looks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read
from grader.intake.files.basket import LARGEST_DATA, MOST_DATA
from grader.intake.files.given import given
from tests.grader.intake.a_submission import folder, ipynb, of_cells, zipped


def test_files_are_seen_from_what_is_run() -> None:
    """From the submission's folder, and from the folder of each file that is run."""
    data = {"a.json": b"1", "hw/b.json": b"2", "hw/cfg/c.json": b"3"}

    found = {file.path: file.content for file in given(data, ["hw/x.ipynb", "y.py"])}

    assert found == data | {"b.json": b"2", "cfg/c.json": b"3"}


def paths(submission: object) -> list[str]:
    return [file.path for file in submission.slice.files]  # type: ignore[attr-defined]  # the source says what it is


def test_only_small_texts_are_given(tmp_path: Path) -> None:
    """No pickle, no weights, nothing large, nothing hidden, and not more than so many."""
    files = {"a.yaml": "x", "b.pkl": "x", "c.pth": "x", ".d.json": "x", "e.csv": "x" * (LARGEST_DATA + 1)}
    assert paths(of_cells(tmp_path, "x = 1", files=files)) == ["a.yaml"]
    many = {f"{n:03}.txt": "x" for n in range(2 * MOST_DATA)}
    assert len(paths(of_cells(tmp_path / "many", "x = 1", files=many))) == MOST_DATA


@pytest.mark.parametrize("name", ["../a.json", "/tmp/a.json", "x/../../a.json"])
def test_a_path_outside_of_an_archive_is_not_given(name: str, tmp_path: Path) -> None:
    """One above the folder that all code stands in is: `../b.json` leads there."""
    path = tmp_path / "s.zip"
    path.write_bytes(
        zipped([("hw/a.ipynb", ipynb("x = 1")), (name, "{}"), ("hw/ok.json", "{}"), ("b.json", "{}")])
    )
    assert paths(read(path)) == ["b.json", "ok.json"]


def test_a_changed_file_makes_another_submission(tmp_path: Path) -> None:
    """What code reads is part of what was handed in."""
    first, second = (
        read(folder(tmp_path / text, {"a.ipynb": ipynb("x = 1"), "n.txt": text})).sha256
        for text in ("1", "2")
    )
    assert first != second
