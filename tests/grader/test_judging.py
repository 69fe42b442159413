from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

import pytest

from grader import judging, profiles
from grader.errors import (
    Blocked,
    CallError,
    CheckSignal,
    Fault,
    GraderError,
    IntakeError,
    IsolationError,
    MarkConflict,
    Pending,
    ProtocolError,
    StudentDied,
    StudentError,
    StudentLacks,
    StudentRaised,
    StudentTimeout,
    Unverified,
    WorkerBroke,
)
from grader.evidence.case import Case
from grader.judging import judge
from grader.network.evaluate import Evaluator
from grader.network.graph import INPUT
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Cause, Place, Reason
from grader.records.submission import Slice, Submission
from tests.grader.a_cam import SOURCE as FUNCTIONS
from tests.grader.in_process import InProcess, Refusing
from tests.grader.slim import edited
from tests.share import every

PLACE = Place("cell 3", 7)
REASON = Reason("why", "how", "a", "b", PLACE, Cause("map.shape"))
TARGETS = ("FCN32s", "FCN8s", "get_cls_pred", "returnCAM")
VERDICTS: list[tuple[BaseException | None, Outcome]] = [
    (None, Outcome.PASSED),
    (Fault(REASON), Outcome.FAILED),
    (Blocked("needs another"), Outcome.BLOCKED),
    (Pending("not now"), Outcome.PENDING),
    (Unverified("claimed"), Outcome.ERROR),
    (StudentLacks("no such name"), Outcome.FAILED),
    (StudentRaised("ValueError", "no"), Outcome.FAILED),
    (StudentTimeout("late"), Outcome.FAILED),
    (StudentDied("gone"), Outcome.FAILED),
    (ProtocolError("garbage"), Outcome.FAILED),
    (WorkerBroke("traceback"), Outcome.ERROR),
    (CallError("option"), Outcome.ERROR),
    (IntakeError("zip"), Outcome.ERROR),
    (IsolationError("none"), Outcome.ERROR),
    (MarkConflict("changed", 1), Outcome.ERROR),
    (AssertionError("ours"), Outcome.ERROR),
    (KeyError("ours"), Outcome.ERROR),
    (RecursionError(), Outcome.ERROR),
    (MemoryError(), Outcome.ERROR),
    (KeyboardInterrupt(), Outcome.ERROR),
]


@pytest.mark.parametrize(("error", "outcome"), VERDICTS, ids=lambda value: type(value).__name__)
def test_every_exception_has_one_verdict(error: BaseException | None, outcome: Outcome) -> None:
    """Faults and student errors fail, blocks block, and whatever the grader broke on goes to a person."""
    assert judge("cam.shape", error, 1.5).outcome == outcome


def test_what_is_not_judged_in_time_is_for_a_person() -> None:
    """What was judged before stays."""
    student: Any = Refusing(StudentLacks("asked for nothing"))
    case = Case(Submission("me", ""), student, seed=1)
    results = judging.run(case, files=("questions.py",), seconds=-1)

    assert {result.outcome for result in results.values()} == {Outcome.ERROR}
    assert all("is used up" in str(result.reason) for result in results.values())


def test_every_leaf_of_the_error_tree_is_judged() -> None:
    """No exception of the grader's own tree is left to chance."""

    def leaves(kind: type[BaseException]) -> set[type[BaseException]]:
        below = kind.__subclasses__()
        return set().union(*map(leaves, below)) if below else {kind}

    judged = {type(error) for error, _ in VERDICTS}
    assert {leaf for leaf in leaves(GraderError) if leaf.__module__ == "grader.errors"} <= judged


@pytest.mark.parametrize("kind", [Fault, Blocked, Pending, Unverified])
def test_a_signal_is_told_in_full(kind: type[CheckSignal]) -> None:
    """The reason reaches the result whole."""
    result = judge("cam.shape", kind(REASON), 0.5)

    assert (result.id, result.reason, result.seconds) == ("cam.shape", REASON, 0.5)


def test_an_exception_of_the_student_s_has_its_place() -> None:
    """What student code raised is told with its line."""
    result = judge("cam.shape", StudentRaised("ValueError", "no", PLACE), 0.5)

    assert (result.reason.text, result.reason.place) == ("ValueError: no", PLACE)


@pytest.mark.parametrize(("error", "outcome"), VERDICTS)
def test_whatever_is_the_submission_s_fault_has_a_cause(
    error: BaseException | None, outcome: Outcome
) -> None:
    """No point is lost without one."""
    assert outcome is not Outcome.FAILED or judge("cam.shape", error, 0.0).reason.cause is not None


@pytest.mark.parametrize("error", [StudentTimeout("late"), StudentDied("gone"), StudentLacks("absent")])
def test_a_student_error_comes_with_advice(error: StudentError) -> None:
    """What to look for is said where the exception itself doesn't."""
    assert judge("cam.shape", error, 0.0).reason.help


def test_the_grader_s_own_failure_is_named_and_bounded() -> None:
    """A person sees what broke, in a sentence of bounded length."""
    result = judge("cam.shape", RuntimeError("x" * 10_000), 0.0)

    assert result.reason.text.startswith("the grader broke: RuntimeError: x")
    assert len(result.reason.text) <= 500


def case(error: Exception) -> Case:
    """A submission that answers every question with an exception."""
    submission = Submission("ann", "0" * 64, slice=Slice(targets=dict.fromkeys(TARGETS, "submission")))
    student: Any = Refusing(error)
    return Case(submission, student, seed=1)


@pytest.fixture(
    scope="module",
    params=[StudentRaised("ValueError", "no", PLACE), StudentDied("gone")],
    ids=["raises", "dies"],
)
def refused(request: pytest.FixtureRequest) -> tuple[dict[str, CheckResult], list[tuple[CheckResult, int]]]:
    """The results of a submission that refuses everything, and what was told on the way."""
    told: list[tuple[CheckResult, int]] = []
    results = judging.run(case(request.param), lambda result, total: told.append((result, total)))
    return results, told


Refused = tuple[dict[str, CheckResult], list[tuple[CheckResult, int]]]


def test_every_line_of_the_rubric_has_a_result(refused: Refused) -> None:
    """Each line is checked by the function at its address, and nothing else is."""
    assert set(refused[0]) == {line.id for line in profiles.load().rubric.lines}


def test_a_submission_that_refuses_everything_earns_nothing(refused: Refused) -> None:
    """Nothing passes, and nothing of it is the grader's fault."""
    outcomes = {id: result.outcome for id, result in refused[0].items()}

    assert set(outcomes.values()) == {Outcome.FAILED, Outcome.BLOCKED, Outcome.PENDING}
    assert (
        outcomes["fcn32s.build"]
        == outcomes["cam.cls_index"]
        == outcomes["cam.weighted_sum"]
        == Outcome.FAILED
    )
    assert outcomes["fcn8s.crop"] == outcomes["cam.cls_name"] == outcomes["cam.dtype"] == Outcome.BLOCKED
    assert {outcome for id, outcome in outcomes.items() if ".reported" in id} == {Outcome.PENDING}
    assert {outcome for id, outcome in outcomes.items() if id.startswith("questions.")} == {Outcome.PENDING}


def test_each_result_is_told_as_it_comes(refused: Refused) -> None:
    """Who waits hears of every result, with the number that there will be."""
    results, told = refused

    assert [result.id for result, _ in told] == list(results)
    assert {total for _, total in told} == {len(results)}


def test_what_a_check_computed_is_let_go_of_when_it_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a network that takes all the memory there is takes it from every later check, too."""

    left: list[int] = []

    class Large:
        """What takes the memory."""

    made: weakref.WeakSet[Large] = weakref.WeakSet()

    def evidence(_: Case) -> None:
        left.append(len(made))
        large = Large()
        made.add(large)
        raise MemoryError from WorkerBroke(str(large))

    monkeypatch.setattr(Case, "cam", property(evidence))
    asked, evaluator = case(StudentDied("gone")), Evaluator(1, (1, 3, 8, 8))
    asked.evaluators[(1, 3, 8, 8)] = evaluator
    evaluator(INPUT)
    results = judging.run(asked, files=("cam.py",))

    assert not evaluator._values
    assert any("MemoryError" in str(result.reason) for result in results.values())
    assert len(left) > 2 and max(left) == 0


def test_a_broken_grader_is_nobody_s_zero() -> None:
    """Where our own code fails, the outcome is an error that a person sees."""
    results = judging.run(case(WorkerBroke("ours")))

    assert results["fcn32s.build"].outcome == results["cam.cls_index"].outcome == Outcome.ERROR
    assert Outcome.PASSED not in {result.outcome for result in results.values()}


PLUGIN = """
def pytest_collection_modifyitems(items):
    items.clear()
"""
ENTRY_POINT = "[pytest11]\nmeddler = meddler\n"


def _meddle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything by which a caller's machine can have its say in pytest."""
    for name in ("conftest.py", "meddler.py"):
        (folder / name).write_text(PLUGIN)
    for name in ("pytest.ini", ".pytest.ini", "tox.ini"):
        (folder / name).write_text("[pytest]\naddopts = -k crop\npython_functions = nothing\n")
    (folder / "pytest.toml").write_text('[pytest]\naddopts = ["-k", "crop"]\n')
    installed = folder / "meddler-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: meddler\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(ENTRY_POINT)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k crop -x --color=yes")
    monkeypatch.setenv("PYTEST_PLUGINS", "meddler")
    monkeypatch.setenv("PYTEST_DEBUG", "1")


def test_the_caller_has_no_say_in_pytest(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No variable, plugin, conftest or ini file changes a line; nothing is written, printed or left set."""
    _meddle(tmp_path, monkeypatch)
    before, files = dict(os.environ), set(tmp_path.rglob("*"))
    results = judging.run(case(StudentRaised("ValueError", "no", PLACE)))

    assert set(results) == set(refused[0])
    assert (dict(os.environ), set(tmp_path.rglob("*"))) == (before, files)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("value", ["", "1"])
def test_plugins_stay_out_whatever_the_variable_says(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTEST_DISABLE_PLUGIN_AUTOLOAD may be set, or not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", value)

    assert judging.run(case(StudentDied("gone")))


def test_checks_that_pytest_does_not_run_are_no_grade() -> None:
    """No result is better than a part of one."""
    with pytest.raises(RuntimeError, match="USAGE_ERROR"):
        judging.run(case(StudentDied("gone")), files=("missing.py",))


MISTAKES = (
    ("return index\n", "return index * 0 + 7\n"),
    ("torch.softmax(logit, 1).max(1)", "torch.softmax(logit, 1).min(1)"),
    ("torch.softmax(logit, 1).max(1)", "logit.max(1)"),
    ("return index\n", "return logit\n"),
    ("print(", "str("),
    ("weight_fc[idx]", "weight_fc[0]"),
    ("weight_fc[idx]", "np.abs(weight_fc[idx])"),
    ("- cam.min()", ""),
    ("(256, 256)", "(224, 224)"),
    ("np.uint8(255 * cam / cam.max())", "cam / cam.max()"),
    ("cam = cam.reshape", "feature_conv *= 2; cam = cam.reshape"),
    ("_, c, h, w = feature_conv.shape", "raise ValueError(feature_conv[0, 0, 0, 0])"),
)


@pytest.mark.parametrize("edit", every(12, MISTAKES, (new for _, new in MISTAKES)))
def test_equal_notebooks_have_equal_causes(edit: tuple[str, str]) -> None:
    """What a seed draws is told in the text, and is no part of a cause."""

    def causes(seed: int) -> dict[str, Cause | None]:
        submission = Submission("ann", "0" * 64, slice=Slice(targets=dict.fromkeys(TARGETS, "submission")))
        student: Any = InProcess(edited(edit, source=FUNCTIONS))
        results = judging.run(Case(submission, student, seed), files=("cam.py",))
        return {id: one.reason.cause for id, one in results.items() if one.outcome is Outcome.FAILED}

    first = causes(1)

    assert first and None not in first.values()
    assert first == causes(2)
