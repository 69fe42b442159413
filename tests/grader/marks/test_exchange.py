"""A file of marks is read strictly: bound to what it is about, or refused with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import CallError
from grader.marks.about import about
from grader.marks.entry import Decision, Mark
from grader.marks.exchange import Known, Said, news, read
from grader.marks.standing import standing
from tests.grader.a_class import graded
from tests.grader.marks.test_standing import log

ALICE = graded("alice")
KNOWN = [Known("alice", "alice", ALICE), Known("submission_9", "sid 77", graded("submission_9"))]
CROP, QUESTION, _ = ALICE.checks


def told(folder: Path, text: str, name: str = "marks.toml") -> list[Mark | Decision]:
    (folder / name).write_text(text, encoding="utf-8")
    return [said.what for said in read(folder / name, KNOWN)]


def test_toml_says_points_and_comments(tmp_path: Path) -> None:
    """Keys may be dotted or quoted; each mark is bound to what its line says now."""
    text = """
        [alice.questions.question1]
        points = 8.5
        [submission_9."fcn32s.crop"]
        points = 2
        comment = " Neat. "
    """

    assert told(tmp_path, text) == [
        Mark("alice", "questions.question1", 8.5, "", about(ALICE, QUESTION)),
        Mark("sid 77", "fcn32s.crop", 2.0, "Neat.", about(ALICE, CROP)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "submission,line,points,comment\nalice,questions.question1,8.5,Good.\n",
        "\ufeffStudent;Check;Score;Comment\nalice;questions.question1;8,5;Good.\nalice;cam.maps;;\n",
    ],
)
def test_csv_says_the_same(tmp_path: Path, text: str) -> None:
    """As a spreadsheet of any country writes it; a row that nobody filled in says nothing."""
    expected = Mark("alice", "questions.question1", 8.5, "Good.", about(ALICE, QUESTION))

    assert told(tmp_path, text, "marks.csv") == [expected]


def test_what_it_is_about_is_kept(tmp_path: Path) -> None:
    """So that a mark exported before a resubmission is out of date after it."""
    text = "submission,line,points,about\nalice,questions.question1,8,abc\n"

    assert told(tmp_path, text, "m.csv") == [Mark("alice", "questions.question1", 8.0, "", "abc")]


def test_a_submission_may_be_named_as_its_marks_know_it(tmp_path: Path) -> None:
    """By its student, where its folder is a number."""
    text = "submission,line,points\nsid 77,questions.question1,8\n"

    assert [mark.submission for mark in told(tmp_path, text, "m.csv") if isinstance(mark, Mark)] == ["sid 77"]


def test_decisions_are_of_a_cause(tmp_path: Path) -> None:
    """In either format."""
    expected = [Decision("crop starts at 18", "", 0.5, "Half of it.")]

    toml = "[[decision]]\ncause = 'crop starts at 18'\npoints = 0.5\ncomment = 'Half of it.'\n"
    assert told(tmp_path, toml) == expected
    csv = "submission,line,points,comment,cause\n,,0.5,Half of it.,crop starts at 18\n"
    assert told(tmp_path, csv, "m.csv") == expected


def test_who_said_it_is_kept(tmp_path: Path) -> None:
    """Where the file tells."""
    (tmp_path / "m.toml").write_text("[alice.questions.question1]\npoints = 1\nby = 'Tara'\n")

    assert [said.by for said in read(tmp_path / "m.toml", KNOWN)] == ["Tara"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[alise.questions.question1]\npoints = 1\n", "line 1: there is no report of 'alise', .*'alice'"),
        ("\n[alice.questions.question3]\npoints = 1\n", "line 2: .*question3 is no line .*question1 is"),
        ("[questions.question1]\npoints = 1\n", r"line 1: whose questions\.question1\? write \[SUBMISSION"),
        ("[alice.cam.maps]\npoints = 3.5\n", "go from 0 to 3, not 3.5"),
        ("[alice.cam.maps]\npoints = nan\n", "go from 0 to 3"),
        ("[alice.cam.maps]\npoints = 1\n", "say in a comment why cam.maps"),
        ("[alice.cam.maps]\ncomment = ''\n", "give points or a comment"),
        ("[alice.cam.maps]\npoint = 1\n", "and nothing else"),
        ("[alice]\ncam = 1\n", "SUBMISSION.PART.CHECK"),
        ("alice = 1\n", "SUBMISSION.PART.CHECK"),
        ("[alice.cam.maps\n", "line 1"),
        ("[[decision]]\npoints = 1\ncomment = 'x'\n", "decision 1: a mark is of a submission or of a cause"),
        ("[[decision]]\ncause = 'x'\npoints = 1\n", "say in a comment"),
        ("decision = [1]\n", "decision 1"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With its place; nothing is guessed at."""
    with pytest.raises(CallError, match=words):
        told(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "line 1: these columns are needed"),
        ("", "line 1: these columns are needed"),
        ("submission,line,points\nalice,cam.maps,many\n", "line 2: .*from 0 to 3, not 'many'"),
        (
            "submission,line,points\nalice,questions.question1,1\nalice,questions.question1,2\n",
            r"line 3: alice has two marks for questions\.question1",
        ),
    ],
)
def test_so_is_a_table(tmp_path: Path, text: str, words: str) -> None:
    """By its rows."""
    with pytest.raises(CallError, match=words):
        told(tmp_path, text, "m.csv")


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """Each with its line; of thousands the first fifty."""
    rows = "".join(f"bob{n},cam.maps,1\n" for n in range(70))
    with pytest.raises(CallError) as refused:
        told(tmp_path, f"submission,line,points\n{rows}", "m.csv")

    lines = str(refused.value).splitlines()
    assert len(lines) == 51
    assert "m.csv, line 51: " in lines[49] and lines[50] == "... and 20 more."


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    """The name says which it is."""
    with pytest.raises(CallError, match=r"as \.toml or \.csv"):
        read(tmp_path / "marks.xlsx", KNOWN)


def test_what_stands_already_is_no_news() -> None:
    """Importing what was exported adds nothing."""
    old, new = Mark("alice", "cam.maps", 1.0), Mark("alice", "cam.maps", 2.0)
    all_, stands = Decision("x"), standing(log(old, Decision("x")))

    assert news([Said(old), Said(new), Said(all_)], stands) == (Said(new),)
