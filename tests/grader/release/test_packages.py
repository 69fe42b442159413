"""A student's folder holds their report, and nothing else."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.records.grade import Picture
from grader.records.reason import Cause, Reason
from grader.release import packages
from grader.release.packages import Leak, package_names, pages, write
from grader.reports import html
from tests.grader.a_class import FAILED, answered, graded, row

SECRET = "rows and columns from 19"
ONE = answered(graded("x", crop=FAILED, why="starts at 18"), 8)
GRADE = replace(
    ONE,
    checks=(
        replace(ONE.checks[0], reason=Reason("starts at 18", expected=SECRET, cause=Cause("crop"))),
        *ONE.checks[1:],
    ),
    pictures=(Picture("cam", "right answer", b"\x89PNG-of-the-reference", reference=True),),
)


def test_a_package_is_the_report_twice(tmp_path: Path) -> None:
    """As a folder and as an archive, byte for byte the same every time."""
    assert write([row("x", GRADE), row("dan", None, "crashed")], {}, tmp_path / "a") == ()
    write([row("x", GRADE)], {}, tmp_path / "b")

    files = sorted(str(path.relative_to(tmp_path / "a")) for path in (tmp_path / "a").rglob("*"))
    assert files == ["x", "x.zip", "x/notebook.html", "x/report.html"]
    with zipfile.ZipFile(tmp_path / "a" / "x.zip") as archive:
        assert archive.namelist() == ["report.html", "notebook.html"]
        assert archive.read("report.html") == (tmp_path / "a" / "x" / "report.html").read_bytes()
    assert (tmp_path / "a" / "x.zip").read_bytes() == (tmp_path / "b" / "x.zip").read_bytes()


def test_no_value_of_the_reference_is_in_it() -> None:
    """Neither its words nor its pictures."""
    found = pages(GRADE, {})

    for page in found.values():
        assert SECRET.encode() not in page and b"right answer" not in page
    assert b"starts at 18" in found["report.html"]


def test_a_report_that_says_too_much_is_kept_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are searched, whoever renders them; and it is said whose."""
    monkeypatch.setattr(html, "render", lambda grade, **_: f"<p>{SECRET}</p>")
    with pytest.raises(Leak):
        pages(GRADE, {})

    assert "x: the report holds a value" in write([row("x", GRADE)], {}, tmp_path)[0]
    assert not list(tmp_path.iterdir())


def test_what_is_not_complete_says_so() -> None:
    """On its first screen, to whoever reads it."""
    assert b"This grade is not complete and may change" in pages(graded("x"), {})["report.html"]
    assert b"This grade is not complete" not in pages(GRADE, {})["report.html"]


def test_what_the_student_wrote_is_no_secret() -> None:
    """Nor what the report says anyway: a right line in their code keeps nothing back."""
    texts = {"cell 1": f"# {SECRET}"}

    assert pages(replace(GRADE, submission=replace(GRADE.submission, texts=texts)), {})


def test_a_right_picture_is_no_secret() -> None:
    """It is the reference's, byte for byte, and the student's own."""
    png = b"\x89PNG" + bytes(20)
    both = (Picture("cam", "yours", png), Picture("cam", "right", png, reference=True))

    assert pages(replace(GRADE, pictures=both), {})


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["x", "x.zip"], ["x", "x.zip-2"]),
        (["x.zip", "x"], ["x.zip", "x-2"]),
        (["a", "A", "b"], ["a", "A-2", "b"]),
    ],
)
def test_no_package_meets_another(names: list[str], expected: list[str]) -> None:
    """Neither folder nor archive, on any file system."""
    assert package_names(names) == expected


def test_the_archive_is_as_old_as_archives_get() -> None:
    """No clock is in it."""
    assert packages.DATE[0] == 1980
