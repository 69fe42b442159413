"""A marks.toml beside a report, the older way, is still obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import CallError
from grader.marks import beside
from grader.marks.about import about
from grader.marks.entry import Mark
from grader.marks.store import Store
from grader.rubric import Line, Part, Rubric
from tests.grader.a_class import graded

LINES = (
    Line("fcn32s.crop", "fcn32s", "crop", "Crop", 2.0),
    Line("questions.question1", "questions", "question1", "Question", 10.0),
    Line("cam.maps", "cam", "maps", "Maps", 3.0),
)
RUBRIC = Rubric(tuple(Part(line.part, line.part, line.points, (line,)) for line in LINES), "ab")
TEXT = '[questions.question1]\npoints = 8.5\n\n[fcn32s.crop]\npoints = 2\ncomment = " right after all "\n'


def check(folder: Path, text: str) -> None:
    (folder / beside.FILE).write_text(text, encoding="utf-8")
    beside.check(folder, RUBRIC)


def take_over(folder: Path) -> tuple[Mark, ...]:
    return beside.take_over(folder, "alice", graded("alice"), RUBRIC, folder / "marks.sqlite")


def test_no_file_is_no_marks(tmp_path: Path) -> None:
    """Most submissions have none, and no store is made for them."""
    assert take_over(tmp_path) == ()
    assert not list(tmp_path.iterdir())


def test_points_and_comment_are_taken_over(tmp_path: Path) -> None:
    """Bound to what the lines say now; a question needs no comment, a line that the grader judges does."""
    (tmp_path / beside.FILE).write_text(TEXT)
    grade = graded("alice")
    crop, question, _ = grade.checks

    assert set(take_over(tmp_path)) == {
        Mark("alice", "questions.question1", 8.5, "", about(grade, question)),
        Mark("alice", "fcn32s.crop", 2.0, "right after all", about(grade, crop)),
    }


def test_it_is_taken_over_once(tmp_path: Path) -> None:
    """What was taken back afterwards stays so; what is edited in the file counts again."""
    (tmp_path / beside.FILE).write_text(TEXT)
    take_over(tmp_path)
    with Store.open(tmp_path / "marks.sqlite") as store:
        store.undo("ta", 1)
    assert take_over(tmp_path) == ()

    (tmp_path / beside.FILE).write_text(TEXT.replace("8.5", "9"))
    assert [mark.points for mark in take_over(tmp_path)] == [9.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[questions.question1\n", r"marks\.toml: .*line 1"),
        ("\n\n[questions.question3]\npoints = 1\n", r"line 3: .*question3 is no line .*question1 is"),
        ("[cam.maps]\npoints = 3.5\ncomment = 'x'\n", r"line 1: .* cam\.maps go from 0 to 3, not 3\.5"),
        ("[cam.maps]\npoints = -1\ncomment = 'x'\n", "go from 0 to 3"),
        ("[cam.maps]\npoints = nan\ncomment = 'x'\n", "go from 0 to 3"),
        ("[cam.maps]\npoints = true\ncomment = 'x'\n", "go from 0 to 3"),
        ("[cam.maps]\npoints = '3'\ncomment = 'x'\n", "go from 0 to 3"),
        ("\n[cam.maps]\npoints = 3\n", r"line 2: say in a comment why cam\.maps"),
        ("[cam.maps]\npoints = 3\ncomment = 7\n", "comment is written in quotes"),
        ("[cam.maps]\ncomment = ''\n", r"line 1: give points or a comment"),
        ("[cam.maps]\npoints = 3\ncoment = 'x'\n", "and nothing else"),
        ("points = 3\n", "points is no line of the rubric"),
        ("cam.maps = 3\n", r"line 1: cam is no line of the rubric"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """Marks that can't be right are never guessed at."""
    with pytest.raises(CallError, match=words):
        check(tmp_path, text)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody mends a file one run at a time."""
    with pytest.raises(CallError) as refused:
        check(tmp_path, "[cam.maps]\npoints = 99\n[cam.mops]\npoints = 1\n")

    assert [line.partition(": ")[0][-6:] for line in str(refused.value).splitlines()] == ["line 1", "line 3"]


def test_excels_and_notepads_bytes_are_read(tmp_path: Path) -> None:
    """A byte order mark, or Windows-1252."""
    (tmp_path / beside.FILE).write_bytes(b"\xef\xbb\xbf[cam.maps]\npoints = 3\ncomment = 'x'\n")
    beside.check(tmp_path, RUBRIC)
    (tmp_path / beside.FILE).write_bytes(b"[cam.maps]\npoints = 3\ncomment = '\xe9'\n")

    assert [mark.comment for mark in take_over(tmp_path)] == ["é"]
