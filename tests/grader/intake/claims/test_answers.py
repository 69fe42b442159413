"""The written answers are found where students write them."""

from __future__ import annotations

import pytest

from grader.intake.claims.answers import answers
from grader.intake.files.notebook import Cell
from grader.profiles.reading import Questions

ONE = "Question 1: Compare both. What do you observe? Please be as specific as possible."
TWO = "Question 2: Compare the others. Which is better? Please be as specific as possible."

WAYS: dict[str, list[str]] = {
    "in one cell, on the same line": [f"# Part 3\n{ONE} First.\n\nMore.\n{TWO} Second."],
    "in one cell, below": [
        f"## 4 Part 3: Questions (20%):\n**{ONE}**\n\nFirst.\n\nMore.\n\n**{TWO}**\n\nSecond."
    ],
    "in cells below the questions": [
        "Part 3",
        f"### {ONE}",
        "First.",
        "More.",
        f"### {TWO}",
        "**Answer:** Second.",
    ],
    "in the cells of the questions": [f"{ONE}\nFirst.\n\nMore.", f"{TWO}\nSecond."],
    "with a short question": [
        "Q1. What is better, and why?\nFirst.\n\nMore.",
        "Q2. And which?\n\nAnswer: Second.",
    ],
    "without the question": ["Question 1\n\nFirst.\n\nMore.", "Question 2\n\nSecond."],
    "as quotes with markup": [f"- {ONE}\n> <font color=red>First.</font>\n>\n> More.\n- {TWO}\n> `Second.`"],
    "in a table of HTML, on one line": [
        f"<h2>Part 3</h2><table><tr><td><b>{ONE}</b></td><td>First.\n\nMore.</td></tr>"
        f"<tr><td><b>{TWO}</b></td><td>Second.</td></tr></table>"
    ],
    "in German": ["**Frage 1:** First.\n\nMore.\n\n**Frage 2:** Second."],
    "in brackets, behind a sign": ["(Question 1) First.\n\nMore.", "❓ [Q2] Second."],
    "in bold by underscores": ["__Question 1__\n\nFirst.\n\nMore.\n\n__Question 2__\n\nSecond."],
    "in LaTeX": ["$\\textbf{Question 1}$\n\nFirst.\n\nMore.\n\n$\\textbf{Question 2}$\n\nSecond."],
    "as 3.1 and 3.2": ["## Part 3\n### Question 3.1\nFirst.\n\nMore.\n\n### Question 3.2\nSecond."],
    "below both questions, numbered": [f"{ONE}\n\n{TWO}", "1. First.\n\nMore.\n\n2. Second."],
    "below both questions, as answers": [
        "Question 1: compare.\n\nQuestion 2: compare.",
        "Answer 1: First.\n\nMore.",
        "Answer 2: Second.",
    ],
    "by numbers alone": ["# Part 3", "1) First.\n\nMore.\n2) Second."],
    "by letters": ["# Part 3", "(a) First.\n\nMore.\n\n(b) Second."],
    "by numbers in words": ["# Part 3\n**First question**\nFirst.\n\nMore.", "**Second question**\nSecond."],
    "by Roman numbers": ["# Part 3\nQuestion I.\nFirst.\n\nMore.", "Question II.\nSecond."],
    "in Turkish, number first": ["# Part 3\n**1. Soru**\n\nFirst.\n\nMore.", "**2. Soru**\n\nSecond."],
    "in Arabic": ["# Part 3\nالسؤال 1:\nFirst.\n\nMore.", "السؤال 2:\nSecond."],
    "in Chinese numbers": ["# Part 3\n第一题\n\nFirst.\n\nMore.", "第二题\n\nSecond."],
    "in wide digits": ["# Part 3\n问题１：First.\n\nMore.", "问题２：Second."],
    "in Korean": ["### 질문 1\nFirst.\n\nMore.", "### 질문 2\nSecond."],
    "before the next part": [
        f"{ONE} First.\n\nMore.",
        f"{TWO}\nSecond.",
        "# 5 Part 4: Class Activation Maps\nTask: draw",
    ],
}


def cells(*texts: str, kind: str = "markdown") -> list[Cell]:
    return [Cell(f"cell {number}", kind, text) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize("way", WAYS)
def test_answers_are_found(way: str) -> None:
    """Without the question, without markup, whole."""
    first, second = answers(cells("# Assignment", *WAYS[way], "The end of Part 4."))[:2]

    assert (first.question, first.text) == (1, "First.\n\nMore.")
    assert second.question == 2
    assert second.text.startswith("Second.")


def test_the_rows_of_a_table_are_told_apart() -> None:
    """An answer has no line of its own there."""
    rows = f"| Question | Answer |\n|---|---|\n| {ONE} | First. |\n| {TWO} | Second. |"

    found = answers(cells(rows))

    assert [each.text.strip(" |\n") for each in found] == ["First.", "Second."]


def test_comments_in_a_cell_of_code_are_text_too() -> None:
    """But code is not."""
    found = answers(
        [*cells(ONE), Cell("cell 2", "code", "# First,\n# and more"), Cell("cell 3", "code", "x = 1  # no")]
    )

    assert [(answer.label, answer.text) for answer in found] == [("cell 2", "First,\nand more")]


def test_a_question_mentioned_in_an_answer_begins_no_answer() -> None:
    """Only at the beginning of a line."""
    (answer,) = answers(cells(f"{ONE} As said in question 2 below, First."))

    assert answer.text == "As said in question 2 below, First."


def test_text_of_part_3_without_questions_is_still_shown() -> None:
    """Someone removed them: to whom marks either question, since it may answer both."""
    assert [(one.question, one.text) for one in answers(cells("# Part 3: Questions\nIt helps."))] == [
        (1, "It helps."),
        (2, "It helps."),
    ]


def test_numbered_answers_are_labelled_with_their_own_cells() -> None:
    """Where they stand in cells below both questions."""
    found = answers(cells(f"{ONE}\n{TWO}", "Answer 1: First.", "Answer 2: Second."))

    assert [(answer.label, answer.text) for answer in found] == [("cell 2", "First."), ("cell 3", "Second.")]


@pytest.mark.parametrize(
    "points", ["1. One.\n2. Two.\n3. Three.", "Epoch 1: .3\nEpoch 2: .4", "1. One.\n2. Two."]
)
def test_points_of_an_answer_stay_together(points: str) -> None:
    """Of a question that is named; a list that goes on is no two answers either."""
    whole = answers(cells(f"{ONE}\n{points}"))

    assert [answer.question for answer in whole] == [1]
    assert all(point in whole[0].text for point in points.split("\n"))
    assert {answer.text for answer in answers(cells("# Part 3\n1. One.\n2. Two.\n3. Three."))} == {
        "1. One.\n2. Two.\n3. Three."
    }


@pytest.mark.parametrize(
    "source",
    [
        "%%markdown\n**Question 1**\n\nFirst.\n\n**Question 2**\n\nSecond.",
        '"""\nQuestion 1:\nFirst.\n\nQuestion 2:\nSecond.\n"""',
        'print("Question 1: First.")\nprint("Question 2: Second.")',
        'from IPython.display import Markdown, display\n\ndisplay(Markdown("Q1: First.\\n\\nQ2: Second."))',
        '# mine\nq1 = "First."\nq2 = ("Sec" + "ond.")',
    ],
)
def test_an_answer_in_a_cell_of_code_is_text(source: str) -> None:
    """In a magic cell, in strings, printed, shown as Markdown, or kept under a name."""
    found = answers([*cells("# Part 3"), Cell("cell 2", "code", source)])

    assert [(answer.question, answer.text) for answer in found] == [(1, "First."), (2, "Second.")]


def test_code_says_no_answer() -> None:
    """A cell that does anything else, or can't be read."""
    for source in ('q1 = "First."\nx = 1', 'print(f"Q1: {x}")', 'q1 = "'):
        assert answers([*cells("# Part 3"), Cell("cell 2", "code", source)]) == ()


def test_half_a_character_in_a_string_is_a_question_mark() -> None:
    """As code may write it, though nobody can."""
    found = answers([*cells("# Part 3"), Cell("cell 2", "code", r'print("Q1: \ud800a")')])

    assert [answer.text for answer in found] == ["?a"]


def test_blank_answers_are_no_answers() -> None:
    """The template as it was handed out."""
    assert answers(cells(f"# Part 3\n{ONE}\n\n{TWO}\n", "# Part 4\ntext")) == ()


def test_long_answers_are_cut() -> None:
    """To what a person can read."""
    assert len(answers(cells(f"{ONE}\n" + "word " * 100_000))[0].text) <= 20_000


def test_a_year_asks_as_many_questions_as_it_likes() -> None:
    """In its own words, in a part of any number; what comes after them is none of them."""
    asked = Questions((1, 2, 3, 4), "Frage", ("Teil", 5))
    texts = ["# Teil 5: Fragen", "### Frage 1: Warum?\nDarum.", "Frage 2\n\nEins.\n\n## Frage 3\nZwei."]
    found = answers(cells(*texts, "**Question 4** Vier.", "## Teil 6: Umfrage\nGut."), asked)

    assert {one.question: one.text for one in found} == {1: "Darum.", 2: "Eins.", 3: "Zwei.", 4: "Vier."}


def test_a_year_without_questions_has_no_answers() -> None:
    """Whatever is written."""
    assert answers(cells(*WAYS["without the question"]), Questions(())) == ()
