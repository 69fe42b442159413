"""Changes are tried until a target runs, and no longer than it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from grader.assignment import MAP, MODELS, PREDICT
from grader.errors import StudentRaised
from grader.mending.edits import Mend
from grader.mending.leaving import STUCK
from grader.mending.trial import MOST_TRIALS, Trials
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from grader.sandbox.allowance import purpose_of
from grader.sandbox.ladder import NONE
from grader.sandbox.limits import USUAL
from grader.sandbox.student import Student
from grader.wall.verbs import ClsPred
from tests.grader.in_process import Refusing
from tests.grader.mending.taking import Taking


def test_a_mend_that_leads_back_is_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """To what stopped the code before, as where the change before it is undone."""
    one, two = (Trouble("RuntimeError", words, Place("cell 1", line)) for words, line in (("a", 3), ("b", 9)))
    start, further, back, done = (Slice(cam_module=name) for name in "abcd")
    found = {"a": one, "b": two, "c": one, "d": None}
    changes = {one: [Mend(further, "on")], two: [Mend(back, "back"), Mend(done, "done")]}
    monkeypatch.setattr(Trials, "trouble", lambda self, target: found[self.slice.cam_module])
    monkeypatch.setattr("grader.mending.trial.mends", lambda trouble, *_: changes[trouble])

    mended = Trials(Taking(), start).mend("FCN8s")

    assert mended is not None
    assert (mended[0], [mend.words for mend in mended[1]]) == (one, ["on", "done"])


def test_a_mend_that_stops_the_other_network_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both share a trunk: what one needs read otherwise may be what the other one needs as it is."""
    one, start = (
        Trouble("RuntimeError", "a", Place("cell 1", 3)),
        Slice(cam_module="a", targets=dict.fromkeys(MODELS, "")),
    )
    harmful, harmless = (replace(start, cam_module=name) for name in "bc")
    found = {"FCN8s": {"a": one}, "FCN32s": {"b": one}}
    monkeypatch.setattr(
        Trials, "trouble", lambda self, target: found.get(target, {}).get(self.slice.cam_module)
    )
    monkeypatch.setattr("grader.mending.trial.mends", lambda *_: [Mend(harmful, "no"), Mend(harmless, "yes")])

    mended = Trials(Taking(), start).mend("FCN8s")

    assert mended is not None
    assert [mend.words for mend in mended[1]] == ["yes"]


def test_no_more_is_proposed_than_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission must not set how long it takes to think of changes."""
    one, start = Trouble("RuntimeError", "a", Place("cell 1", 3)), Slice(cam_module="a")
    made: list[int] = []

    def endless(*_: object) -> Iterator[Mend]:
        for number in range(10 * MOST_TRIALS):
            made.append(number)
            yield Mend(start, "no")

    monkeypatch.setattr(Trials, "trouble", lambda self, target: one)
    monkeypatch.setattr("grader.mending.trial.mends", endless)
    monkeypatch.setattr("grader.mending.trial.last_mends", endless)

    assert Trials(Taking(), start).mend("FCN8s") == (one, [])
    assert len(made) == MOST_TRIALS


def test_a_line_that_is_too_deep_to_be_written_again_stops_no_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that can't be mended is judged as it is."""
    code = f"class FCN8s(nn.Module):\n    def forward(self, x):\n        return {' + '.join(['x'] * 400)}\n"
    one = Trouble("RuntimeError", "a", Place("cell 1", 3))
    start = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    monkeypatch.setattr(Trials, "trouble", lambda self, target: one)

    assert Trials(Taking(), start).mend("FCN8s") == (one, [])


@pytest.mark.parametrize("guess", [True, False])
def test_time_is_left_to_judge(guess: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loaded to be tried must not cost the parts that are right."""
    one, start = Trouble("RuntimeError", "a", Place("cell 1", 3)), Slice(cam_module="a")
    endless = (Mend(Slice(cam_module=str(number)), "no") for number in range(10 * MOST_TRIALS))
    nothing, all = (lambda *_: iter(())), (lambda *_: endless)
    monkeypatch.setattr(Trials, "trouble", lambda self, target: one)
    monkeypatch.setattr("grader.mending.trial.mends", nothing if guess else all)
    monkeypatch.setattr("grader.mending.nearby.mends", all if guess else nothing)
    monkeypatch.setattr("grader.mending.trial.last_mends", nothing)
    student = Taking(tries=5)

    assert Trials(student, start).mend("FCN8s") == (one, [])
    assert student.tries == -1  # it goes back to the slice that it began with


def test_of_what_does_not_end_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guess would be waited for as long as the first run."""
    stuck, start = Trouble(STUCK, "it did not end", Place("cell 1", 3)), Slice(cam_module="a")
    monkeypatch.setattr(Trials, "trouble", lambda self, target: stuck)
    monkeypatch.setattr("grader.mending.trial.mends", lambda *_: iter(()))
    monkeypatch.setattr("grader.mending.trial.last_mends", lambda *_: iter(()))
    monkeypatch.setattr("grader.mending.nearby.mends", lambda *_: iter([Mend(Slice(cam_module="b"), "no")]))
    student = Taking(tries=5)

    assert Trials(student, start).mend("FCN8s") == (stuck, [])
    assert student.tries == 5


@pytest.mark.parametrize("helps", [True, False])
def test_where_steps_come_to_nothing_one_thing_is_left_out(
    helps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what stopped it first, if all runs then, however much was tried before; else all is as it was."""
    one, two, three = (Trouble("RuntimeError", words, Place("cell 1", 3)) for words in ("a", "b", "c"))
    two = replace(two, place=Place("cell 1", 9))
    start, further, other, done = (Slice(cam_module=name) for name in "abcd")
    found = {"a": one, "b": two, "c": three, "d": None if helps else three}
    changes = {one: [Mend(further, "on")], two: [Mend(start, "back")] * MOST_TRIALS}
    less = {one: [Mend(other, "other"), Mend(done, "out", leaves=True)], two: []}
    monkeypatch.setattr(Trials, "trouble", lambda self, target: found[self.slice.cam_module])
    monkeypatch.setattr("grader.mending.trial.mends", lambda trouble, *_: changes[trouble])
    monkeypatch.setattr("grader.mending.trial.last_mends", lambda trouble, slice, target: less[trouble])

    trials = Trials(Taking(), start)
    mended = trials.mend("FCN8s")

    assert mended is not None
    assert [mend.words for mend in mended[1]] == (["out"] if helps else [])
    assert trials.slice is (done if helps else start)


def test_functions_have_time_of_their_own() -> None:
    """Together: what one of them took is gone for the other too."""
    student = Student(Slice(()), isolation=NONE)
    student._allowance.charge(purpose_of(ClsPred()), USUAL.part_seconds, 0.0)

    trials = Trials(student, Slice(()))

    assert [trials._has_time(name) for name in (PREDICT, MAP, "FCN8s")] == [False, False, True]


def test_of_lists_that_may_hold_layers_a_few_are_tried() -> None:
    """A network may keep thousands, and each is a run of the submission."""
    lists = "".join(f"        self.list{n} = [Other()]\n" for n in range(3 * MOST_TRIALS))
    source = f"class FCN32s(nn.Module):\n    def __init__(self):\n{lists}"
    taken: list[Slice] = []

    class Still(Trials):
        def take(self, slice: Slice) -> None:
            taken.append(slice)

        def parameters(self, target: str) -> int:
            return 1

    slice = Slice((Module("submission", (Chunk("cell 3", 1, source),)),))
    student: Any = Refusing(StudentRaised("ValueError", "no"))
    assert Still(student, slice).register("FCN32s") == []
    assert len(taken) == 2 * MOST_TRIALS  # and back again
