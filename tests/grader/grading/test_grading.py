"""One submission, from its files to its grade; nothing is faked here, so these tests are few."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader import intake, profiles
from grader.errors import CallError
from grader.grading import Options, grade
from grader.paths import ROOT
from grader.records.grade import Grade, Outcome
from grader.records.progress import Progress
from grader.sandbox.isolation import survey
from grader.training import plans

ALICE = Path(__file__).resolve().parents[3] / "submissions" / "alice"
QUESTIONS = 20.0


@pytest.fixture(scope="module")
def isolation() -> str:
    """The strongest isolation of this machine; a machine that has none can still grade alice."""
    return "auto" if any(row.holds for row in survey() if row.isolation.name != "none") else "none"


@pytest.fixture(scope="module")
def told() -> list[Progress]:
    """What was told while alice was graded."""
    return []


@pytest.fixture(scope="module")
def alice(isolation: str, told: list[Progress]) -> Grade:
    """A right submission's grade, without training."""
    return grade(ALICE, Options(training="none", seed=11, device="cpu", isolation=isolation), told.append)


def test_a_right_submission_keeps_every_point(alice: Grade) -> None:
    """Whatever was assessed has full marks; what wasn't is pending."""
    lost = [
        (check.id, check.reason.text) for check in alice.checks if check.outcome not in ("passed", "pending")
    ]

    assert lost == []
    assert alice.score == pytest.approx(alice.max_score - alice.pending)
    assert alice.max_score == 100.0


def test_only_training_and_questions_are_pending(alice: Grade) -> None:
    """Without training its lines wait, and the questions wait for a person."""
    pending = [check for check in alice.checks if check.outcome == Outcome.PENDING]

    assert all(".training" in check.id or check.id.startswith("questions.") for check in pending)
    assert alice.pending == pytest.approx(sum(check.max_score for check in pending))
    assert alice.pending > QUESTIONS


def test_the_grade_can_be_repeated(alice: Grade) -> None:
    """Seed, rubric, device, isolation and the submission's own hash are in the grade."""
    provenance = alice.provenance

    assert (provenance.seed, provenance.device, provenance.training) == (11, "cpu", "none")
    assert provenance.rubric_sha256 == profiles.load().rubric.sha256
    assert provenance.submission_sha256 == alice.submission.sha256 != ""
    assert provenance.isolation in {"bwrap", "landlock", "none"}


def test_the_grade_tells_where_its_time_went(alice: Grade) -> None:
    """Every stage is there once, and their seconds are those of the whole."""
    provenance = alice.provenance
    stages = {"trying the isolation", "intake", "libraries", "load", "fcn32s", "fcn8s", "cam", "checks"}

    assert set(provenance.timings) == set(provenance.cpu) == set(provenance.worker)
    assert set(provenance.timings) >= stages
    assert sum(provenance.timings.values()) == pytest.approx(provenance.seconds, abs=0.2)
    assert provenance.worker["fcn8s"] > 0 < provenance.cpu["fcn8s"]
    assert provenance.worker["intake"] >= 0


@pytest.mark.slow
def test_the_grade_tells_which_plan_auto_was(isolation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later machine may take another plan for auto, so the grade has the one that was taken."""
    monkeypatch.setattr(plans, "choose", lambda name, known: None)
    options = Options(training="auto", seed=11, device="cpu", isolation=isolation)

    assert grade(ALICE, options).provenance.training == "smoke"


def test_a_log_from_scratch_is_held_against_what_it_must_be(alice: Grade) -> None:
    """That of the run from scratch alone."""
    said = [run.beside for run in alice.submission.saved.runs]

    assert said[0].startswith("As a run from zeros must be: ")
    assert set(said[1:]) == {""}


def test_pictures_of_both_images_are_drawn(alice: Grade) -> None:
    """The report has the student's maps beside the reference's."""
    assert {(picture.part, picture.reference) for picture in alice.pictures} == {
        ("cam", False),
        ("cam", True),
    }


def test_those_who_wait_are_told(alice: Grade, told: list[Progress]) -> None:
    """Each stage is announced, and every check with how many there are."""
    checks = [progress for progress in told if progress.stage == "checks"]

    assert [progress.stage for progress in told][:2] == ["start", "intake"]
    assert [progress.done for progress in checks] == list(range(1, len(alice.checks) + 1))
    assert {progress.total for progress in checks} == {len(alice.checks)}


@pytest.mark.parametrize("content", ["", "not a notebook", "{}"])
def test_an_unreadable_submission_is_graded_zero_with_its_reason(
    tmp_path: Path, isolation: str, content: str
) -> None:
    """Nothing could be read: every line but the questions fails, for that reason."""
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "assignment3.ipynb").write_text(content)
    found = grade(tmp_path / "ann", Options(training="none", seed=1, device="cpu", isolation=isolation))
    graded = [check for check in found.checks if check.part != "questions"]

    assert (found.score, found.student) == (0.0, "ann")
    assert {check.outcome for check in graded} == {Outcome.FAILED}
    assert {check.reason.text for check in graded} == {found.submission.problem}
    assert len(found.submission.problem) > 10


@pytest.mark.parametrize("beside", [{}, {"CAM/resnet.py": "x = 1"}, {"a.ipynb": "{}"}])
def test_what_only_a_person_can_read_goes_to_a_person(
    tmp_path: Path, isolation: str, beside: dict[str, str]
) -> None:
    """An export of the notebook, alone, with the course's files, or beside a broken notebook."""
    (tmp_path / "CAM").mkdir()
    for name, text in {"a3.html": "<html>", **beside}.items():
        (tmp_path / name).write_text(text)
    found = grade(tmp_path, Options(training="none", seed=1, device="cpu", isolation=isolation))
    graded = [check for check in found.checks if check.part != "questions"]

    assert {check.outcome for check in graded} == {Outcome.ERROR}
    assert "Look at a3.html" in graded[0].reason.help and not found.complete
    assert found.submission.problem


def test_a_truncated_zip_is_graded_zero(tmp_path: Path, isolation: str) -> None:
    """A broken archive is a reason, not an exception."""
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.write(ALICE / "assignment3.ipynb", "assignment3.ipynb")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole.read_bytes()[:2000])
    found = grade(broken, Options(training="none", seed=1, device="cpu", isolation=isolation))

    assert found.score == 0.0
    assert "zip" in found.submission.problem


def test_an_unknown_isolation_is_the_call_s_fault() -> None:
    """Nothing is graded with less isolation than was asked for."""
    with pytest.raises(CallError, match="no isolation is called"):
        grade(ALICE, Options(isolation="hope"))


def test_where_our_reader_breaks_a_person_grades(
    tmp_path: Path, isolation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is lost by it, and none is earned; what broke is told in short, and how to grade it again."""

    def stumble(*_: object) -> None:
        raise KeyError("odd" + "!" * 1000)

    monkeypatch.setattr(intake, "read", stumble)
    (tmp_path / "a.py").write_text("x = 1")
    graded = grade(tmp_path / "a.py", Options(training="none", seed=1, isolation=isolation))

    judged = [check for check in graded.checks if check.outcome is not Outcome.PENDING]
    assert {check.outcome for check in judged} == {Outcome.ERROR}
    assert "KeyError: 'odd!" in judged[0].reason.text
    assert len(judged[0].reason.text) == 500
    assert graded.submission.typed == str(tmp_path / "a.py")
    assert not graded.complete


@pytest.mark.slow
def test_nothing_of_torchs_compiler_is_left_in_the_temporary_folder(tmp_path: Path) -> None:
    """Torch imports it for operations on the meta device, by which a network's other steps are priced."""
    code = (
        "import sys, grader.grading, torch\n"
        "torch.ops.aten.abs.default(torch.empty(2, device='meta'))\n"
        "assert 'torch._inductor' in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, check=True
    )

    assert list(tmp_path.iterdir()) == []
