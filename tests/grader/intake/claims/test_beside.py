"""An answer that stands beside the notebook is found, or it is said where it may stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.corpus.case import correct
from fixtures.edits import clear, drop, replace, write
from fixtures.notebook import to_ipynb
from grader.intake import read
from grader.records.submission import Submission

ANSWERS = next(cell.source for cell in correct() if cell.name == "questions")


def handed_in(folder: Path, files: dict[str, str], without: str = "Question 2") -> Submission:
    """A notebook that leaves questions unanswered, with other files."""
    short = drop("questions") if without == "all" else replace("questions", "**Question 2", "**Also")
    (folder / "a.ipynb").write_text(to_ipynb(short(correct())), encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read(folder)


@pytest.mark.parametrize("name", ["answers.txt", "README.md", "Part 3.MD"])
def test_answers_in_a_text_beside_the_notebook_are_found(name: str, tmp_path: Path) -> None:
    """They are labelled with the file."""
    found = handed_in(tmp_path, {name: f"# HW\n\nRun all.\n\n{ANSWERS}"}, without="all").saved.answers

    assert [(answer.question, answer.label) for answer in found] == [(1, name), (2, name)]


def test_answers_in_a_notebook_of_their_own_are_found(tmp_path: Path) -> None:
    """It holds no code, so it is not graded; their cells are labelled with it."""
    cells = [cell for cell in correct() if cell.name == "questions"]
    (tmp_path / "3_questions.ipynb").write_text(to_ipynb(cells), encoding="utf-8")

    found = handed_in(tmp_path, {}, without="all").saved.answers

    assert {(answer.question, answer.label) for answer in found} == {
        (number, "3_questions.ipynb cell 1") for number in (1, 2)
    }


@pytest.mark.parametrize(
    ("pointer", "label"),
    [
        ("Please see the attached file.", "answers.txt"),
        ("It is in answers.txt", "answers.txt"),
        ("FCN-8s, as one can see in the pictures.", "cell 16"),
    ],
)
def test_an_answer_that_points_to_another_file_is_read_there(
    pointer: str, label: str, tmp_path: Path
) -> None:
    """Not one that is short."""
    cells = write("questions", f"**Question 2**\n\n{pointer}")(correct())
    (tmp_path / "a.ipynb").write_text(to_ipynb(cells), encoding="utf-8")
    (tmp_path / "answers.txt").write_text("Question 2\nMine.\n", encoding="utf-8")

    assert [answer.label for answer in read(tmp_path).saved.answers] == [label]


def test_the_notebook_s_own_answer_counts(tmp_path: Path) -> None:
    """A text beside it answers only what it leaves unanswered."""
    found = handed_in(tmp_path, {"answers.txt": "Question 1\nOther.\n\nQuestion 2\nMine.\n"}).saved.answers

    assert "Other" not in found[0].text and found[1].text == "Mine."


LOG = "Init Model\nEpoch Loss: 1.2, Avg Acc: 0.6, Mean IoU: 0.3\nTest Acc: 0.7, Test Mean IoU: 0.4\n"


@pytest.mark.parametrize(
    ("files", "runs"),
    [
        (["logs/fcn8s.txt", "logs/FCN-32s_vgg.txt"], [("fcn32s", True), ("fcn8s", True)]),
        (["log.csv"], [("", True)]),
    ],
)
def test_logs_in_texts_beside_the_notebook_are_found(
    files: list[str], runs: list[tuple[str, bool]], tmp_path: Path
) -> None:
    """Told by the names of the files; where the notebook shows a log, its own count."""
    (tmp_path / "logs").mkdir()
    for name in files:
        (tmp_path / name).write_text(LOG, encoding="utf-8")
    (tmp_path / "a.ipynb").write_text(to_ipynb(clear()(correct())), encoding="utf-8")
    found = read(tmp_path).saved.runs
    (tmp_path / "a.ipynb").write_text(to_ipynb(correct()), encoding="utf-8")

    assert [(run.model, run.pretrained) for run in found] == runs
    assert len(read(tmp_path).saved.runs) == 3


@pytest.mark.parametrize("name", ["requirements.txt", "settings.json"])
def test_what_is_no_prose_answers_nothing(name: str, tmp_path: Path) -> None:
    """Nor is it said that an answer may stand there."""
    found = handed_in(tmp_path, {name: "Question 2\nMine.\n"})

    assert [answer.question for answer in found.saved.answers] == [1]
    assert not any("question 2" in note for note in found.notes)


def test_a_paper_that_is_not_read_is_named(tmp_path: Path) -> None:
    """A person then knows where to look; where all is answered nothing is said."""
    found = handed_in(tmp_path, {"report.pdf": "%PDF", "note.docx": "PK"}).notes

    assert "no answer to question 2 was found; it may stand in note.docx, report.pdf, not read here" in found
    assert not any("may stand" in note for note in handed_in(tmp_path, {"a.txt": "Question 2\nMine."}).notes)
