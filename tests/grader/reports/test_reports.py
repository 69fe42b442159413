from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.records.grade import Grade
from grader.reports import RENDERERS, write_reports


@pytest.mark.slow
def test_the_reports_of_a_grading_are_three_files(grade: Grade, tmp_path: Path) -> None:
    """report.json, report.html and notebook.html, in a folder made for them, and nothing else."""
    written = write_reports(grade, tmp_path / "deep" / "eve")

    assert [path.name for path in written] == ["report.json", "report.html", "notebook.html"]
    assert set(written) == set((tmp_path / "deep" / "eve").iterdir())
    assert json.loads(written[0].read_text("utf-8"))["max_score"] == 20


def test_every_format_can_be_written(grade: Grade, tmp_path: Path) -> None:
    """Hostile words and all, as UTF-8 with plain line ends."""
    for path in write_reports(grade, tmp_path, RENDERERS):
        assert path.read_bytes().decode("utf-8").endswith("\n") or path.suffix == ".html"
        assert b"\r" not in path.read_bytes()


def test_a_renderer_that_fails_leaves_the_old_reports(
    grade: Grade, perfect: Grade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is half new: all are rendered before one is written."""
    before = [path.read_bytes() for path in write_reports(grade, tmp_path)]
    monkeypatch.setitem(RENDERERS, "report.html", lambda grade: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_reports(perfect, tmp_path)

    assert [path.read_bytes() for path in sorted(tmp_path.iterdir(), reverse=True)] == before


def test_a_write_that_fails_leaves_no_rubbish(grade: Grade, tmp_path: Path) -> None:
    """The temporary file is gone, the folder in the way is untouched."""
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OSError):
        write_reports(grade, tmp_path, ("report.json",))

    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_reports_need_no_torch() -> None:
    """Rendering a stored grade takes no second of importing PyTorch."""
    code = (
        "import sys, grader.reports; print([name for name in ('torch', 'matplotlib') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert out.strip() == "[]"
