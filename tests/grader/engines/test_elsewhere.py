"""A task that came as bytes is done in a process of its own, and its answer is kept or refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.engines import elsewhere
from grader.engines.elsewhere import Answer
from tests.grader.engines import stub
from tests.grader.engines.stub import WORK, Stub


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "diary"


def task(tmp_path: Path, what: str = "") -> Stub:
    return Stub("a", what, tmp_path / "out", tmp_path / "diary")


def answer(one: Stub) -> Answer:
    return elsewhere.read(elsewhere.answer(WORK, stub.pack(one), lambda words: None, stub.FACTS))


def test_the_answer_holds_the_files(tmp_path: Path) -> None:
    """And what was said meanwhile."""
    said: list[tuple[str, str, int, int]] = []
    found = elsewhere.read(elsewhere.answer(WORK, stub.pack(task(tmp_path)), said.append, stub.FACTS))

    assert (found.problem, found.result, found.files) == ("", "did a", b"a")
    assert said == [("stage", "a", 1, 2)]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("what", "problem"),
    [("raise:x", "ValueError: x"), ("exit", "its process ended with code 3")],
)
def test_a_task_that_breaks_is_an_answer(tmp_path: Path, what: str, problem: str) -> None:
    """Nobody has to try it again."""
    assert answer(task(tmp_path, what)).problem == problem


def test_bytes_that_are_no_task_are_an_answer() -> None:
    """Whatever breaks there is told here."""
    found = elsewhere.read(elsewhere.answer(WORK, b"\xff", lambda words: None, {}))

    assert found.problem.startswith("UnicodeDecodeError")


def test_an_answer_is_kept(tmp_path: Path) -> None:
    """Where its task would have left it here."""
    one = task(tmp_path)
    done = elsewhere.ended(one, WORK, answer(one))

    assert (done.problem, done.result) == ("", "did a")
    assert (one.folder / "result").read_text() == "a"


def test_another_grader_does_not_begin(tmp_path: Path) -> None:
    """A machine that came later may have another version."""
    wanted = {"the grader": "2"}
    packed = stub.pack(task(tmp_path))
    found = elsewhere.read(elsewhere.answer(WORK, packed, lambda words: None, wanted))

    assert "would grade otherwise: the grader is 1 there, not 2" in found.problem
    assert not (tmp_path / "diary").exists()


def test_what_cannot_be_kept_is_a_problem_of_its_task(tmp_path: Path) -> None:
    """The class goes on."""
    one = task(tmp_path)
    found = answer(one)
    elsewhere.ended(one, WORK, found)

    assert "can't be kept" in elsewhere.ended(one, WORK, found).problem


def test_what_differs_is_told_by_machine() -> None:
    """A fingerprint by its beginning; machines on which all is the same are not named."""
    here, there = {"torch": "2.14", "the grader": "a" * 64}, {"torch": "2.11"}
    wrong = elsewhere.differences(here, there)

    assert wrong == ("torch is 2.11 there, not 2.14", "the grader is missing there, not aaaaaaaaaaaa")
    assert elsewhere.differences(here, here) == ()
    assert "  b: torch" in elsewhere.refusal([("a", ()), ("b", wrong)])
    assert elsewhere.refusal([("a", ())]) == ""


def test_facts_are_those_of_a_task_that_came_as_bytes(tmp_path: Path) -> None:
    """Of its profile and isolation, say."""
    work = replace(WORK, facts=stub.other_facts)

    assert elsewhere.facts(work, stub.pack(task(tmp_path))) != stub.FACTS


@pytest.mark.parametrize("again", [False, True])
def test_a_process_that_will_be_asked_again_keeps_what_it_needs(tmp_path: Path, again: bool) -> None:
    """One that does a single task has nothing to keep."""
    packed = stub.pack(task(tmp_path))
    elsewhere.answer(WORK, packed, lambda words: None, stub.FACTS, again=again)

    assert (tmp_path / "engine").exists() == again
