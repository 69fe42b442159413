from __future__ import annotations

from typing import Any

import pytest

from grader.errors import StudentDied, StudentLacks, StudentRaised
from grader.evidence.witness import Witness
from grader.records.reason import Place
from grader.records.submission import Chunk, Dropped, Module, Slice, Submission
from grader.wall.answers import Reply
from grader.wall.values import SourceLine
from grader.wall.verbs import Build, Cam, CamCell, ClsPred, Failure, Loaded, Request, verb


class Student:
    """Has some targets, and answers or raises."""

    def __init__(self, *targets: str, failures: tuple[Failure, ...] = (), answer: object = None) -> None:
        self.loaded = Loaded(targets, failures)
        self.answer = answer

    def ask(self, request: Any, *args: Any, **options: Any) -> Reply[Any]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return Reply(verb(type(request)))


def witness(student: Any, *chunks: Chunk, dropped: tuple[Dropped, ...] = (), **texts: str) -> Witness:
    """A witness of a submission with these statements."""
    slice = Slice(modules=(Module("submission", chunks),), dropped=dropped)
    labels = {label.replace("_", " "): text for label, text in texts.items()}
    return Witness(student, Submission("ann", "0" * 64, slice=slice, texts=labels))


def test_what_is_there_is_asked() -> None:
    """Models and functions that the submission binds are asked about."""
    found = witness(Student("FCN32s", "returnCAM"))

    requests: list[Request[Any]] = [Build("FCN32s"), Cam(1, "int"), CamCell()]

    assert [found.ask(request).value for request in requests] == ["build", "cam", "cam_cell"]


@pytest.mark.parametrize(
    ("request_", "name"),
    [(Build("FCN8s"), "FCN8s"), (ClsPred(), "get_cls_pred"), (Cam(1, "int"), "returnCAM")],
)
def test_what_is_missing_is_named(request_: Request[Any], name: str) -> None:
    """Without the name, nothing is asked of the process."""
    with pytest.raises(StudentLacks, match=f"^{name} is not defined in the submission$"):
        witness(Student("FCN32s")).ask(request_)


@pytest.mark.parametrize(
    "source", ["class FCN8s(nn.Module):\n    pass", "FCN8s = make()", "def FCN8s():\n    pass"]
)
def test_a_definition_that_raises_is_why(source: str) -> None:
    """Where the statement that binds the name failed, its exception and line are told."""
    failure = Failure(
        SourceLine("cell 4", 2), "NameError", "name 'nn' is not defined", SourceLine("cell 4", 3)
    )
    found = witness(Student(failures=(failure,)), Chunk("cell 4", 2, source))

    with pytest.raises(
        StudentLacks, match="the statement that defines it raises NameError: name 'nn'"
    ) as caught:
        found.ask(Build("FCN8s"))
    assert caught.value.place == Place("cell 4", 3)


def test_another_statement_that_raises_is_not_why() -> None:
    """A failure elsewhere doesn't explain a name that nobody defines."""
    failure = Failure(SourceLine("cell 4", 2), "NameError", "no", None)
    found = witness(Student(failures=(failure,)), Chunk("cell 4", 2, "print(FCN8s)"))

    with pytest.raises(StudentLacks, match="is not defined in the submission"):
        found.ask(Build("FCN8s"))


def test_a_cell_that_does_not_parse_is_why() -> None:
    """Where the cell that binds the name could not be read, that is told with its line."""
    dropped = (Dropped("cell 5", 7, "class FCN8s(nn.Module)", "does not parse: expected ':'"),)
    found = witness(Student(), dropped=dropped, cell_5="class FCN8s(nn.Module)\n    pass")

    with pytest.raises(StudentLacks, match="cell 5 does not parse: expected ':'") as caught:
        found.ask(Build("FCN8s"))
    assert caught.value.place == Place("cell 5", 7)


def test_another_cell_that_does_not_parse_is_not_why() -> None:
    """A cell that can't be read explains only the names that it binds; one left out otherwise, none."""
    reasons = (
        Dropped("cell 5", 1, "x = (", "does not parse"),
        Dropped("cell 6", 1, "class FCN8s", "not needed"),
    )
    found = witness(Student(), dropped=reasons, cell_5="x = (", cell_6="class FCN8s:\n    pass")

    with pytest.raises(StudentLacks, match="is not defined in the submission"):
        found.ask(Build("FCN8s"))


def test_a_name_of_the_wrong_kind_is_lacking() -> None:
    """That a name is bound to something else is said in the worker's words, without its exception's name."""
    wrong = StudentRaised("WrongKindError", "FCN8s is of type int, not a class", Place("cell 1", 1))
    found = witness(Student("FCN8s", answer=wrong))

    with pytest.raises(StudentLacks, match=r"^FCN8s is of type int, not a class$"):
        found.ask(Build("FCN8s"))


def test_a_students_words_are_not_the_workers() -> None:
    """Whoever raises what is called as the worker's own error is quoted as whoever raises."""
    forged = StudentRaised("WrongKindError", "Full marks: nothing is wrong")
    with pytest.raises(StudentRaised, match=r"^WrongKindError: Full marks"):
        witness(Student("FCN8s", answer=forged)).ask(Build("FCN8s"))


@pytest.mark.parametrize("error", [StudentRaised("ValueError", "no"), StudentDied("gone")])
def test_other_errors_come_through(error: Exception) -> None:
    """What the submission does otherwise is no business of the witness."""
    with pytest.raises(type(error)):
        witness(Student("FCN8s", answer=error)).ask(Build("FCN8s"))
