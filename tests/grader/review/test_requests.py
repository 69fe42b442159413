"""Requests are read from any table that a person may make, with every fault told."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import CallError
from grader.marks.entry import Request
from grader.review.board import Board
from grader.review.requests import MOST, read
from tests.grader.review.a_desk import FIRST, desk


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return desk(tmp_path_factory.mktemp("class"), 4).board


def asked(board: Board, text: str) -> tuple[Request, ...]:
    return read(text, tuple(board.catalogue.pieces.values()), board.merged, board.ledger)


@pytest.mark.parametrize(
    "text",
    [
        f'submission,line,words\nstudent0001,{FIRST},"Please, look again."\n',
        f"\ufeffEmail;Line;Why\nA0000001;{FIRST};Please, look again.\n;;\n",
        f"Reason\tName\tCheck\nPlease, look again.\tbao brandt\t{FIRST}\n",
    ],
)
def test_a_student_is_known_by_any_name(board: Board, text: str) -> None:
    """Folder, name or id; any separator, any of the usual headers."""
    assert asked(board, text) == (Request("student0001", FIRST, "Please, look again.", 0.0),)


def test_every_fault_is_told_with_its_line(board: Board) -> None:
    """And nothing is taken of a table that has one."""
    with pytest.raises(CallError) as error:
        asked(
            board,
            f"who,line,words\nnobody,{FIRST},x\nstudent0001,questions.question9,x\nstudent0001,{FIRST},\n",
        )

    first, second, third = str(error.value).splitlines()
    assert first.startswith("line 2: no submissions are of 'nobody'")
    assert "questions.question1 is" in second or "questions.question2 is" in second
    assert third == "line 4: why is not said."
    for text in ("", "a,b\n", "who,words\nx,y"):
        with pytest.raises(CallError, match="first line"):
            asked(board, text)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (f"student0001,{FIRST},one\rtwo\n" + "x" * 140_000, "line 4: field larger than"),
        (f'student0001,{FIRST},"three\nlines\nlong"\nx,y,z\n', "^line 5: no submissions"),
        (f"student0001,{FIRST},why\n" * (MOST + 1), f"more than {MOST}"),
    ],
)
def test_what_no_table_holds_is_told(board: Board, rows: str, why: str) -> None:
    """At the line of the text where it ends; nothing is left out unsaid."""
    with pytest.raises(CallError, match=why):
        asked(board, f"who,line,words\n{rows}")


def test_a_spreadsheet_s_habits_are_no_part_of_the_words(board: Board) -> None:
    """Its first line for itself, and the mark before what it would compute."""
    text = f"sep=;\nwho;line;words\nstudent0001;{FIRST};'-2 is too much\n"

    assert [one.words for one in asked(board, text)] == ["-2 is too much"]


def test_the_same_is_not_opened_twice(tmp_path: Path) -> None:
    """Neither twice in a table nor again from the same one."""
    board = desk(tmp_path, 2).board
    text = "who,line,words\n" + f"student0001,{FIRST},why\n" * 2
    board.write("me", asked(board, text))

    assert board.ledger.version == 1
    assert asked(board, text) == ()
