"""What would come out the same is not graded again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader import profiles
from grader.classroom import identity
from grader.classroom.handed_in import Entry
from grader.classroom.remaining import Which, left
from grader.grading import Options
from grader.records import saved
from tests.grader.a_class import ERROR, graded
from tests.grader.classroom.one_of_many import MARKS, OPTIONS, VIEW, Fake, grade_it


def is_left(entry: Entry, out: Path, options: Options = OPTIONS, which: Which = Which.STALE) -> bool:
    return bool(left([entry], out, MARKS(out), options, VIEW, which))


def test_a_graded_submission_is_done(fake: Fake, alice: Entry, out: Path) -> None:
    """Until something changes that its grade depends on."""
    assert is_left(alice, out)
    grade_it(alice, out)

    assert not is_left(alice, out)


def test_each_thing_that_a_grade_depends_on_makes_it_stale(
    fake: Fake, alice: Entry, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options and seed, the grader, the rubric, the submission."""
    grade_it(alice, out)
    assert is_left(alice, out, Options(training="none", seed=1))
    assert is_left(alice, out, Options(training="smoke"))
    with monkeypatch.context() as patched:
        patched.setattr(identity, "grader_sha", lambda: "other")
        assert is_left(alice, out)
    with monkeypatch.context() as patched:
        usual = profiles.load()
        other = replace(usual, rubric=replace(usual.rubric, sha256="other"))
        patched.setattr(profiles, "load", lambda word: other)
        assert is_left(alice, out)
    assert not is_left(alice, out)
    assert alice.path is not None
    alice.path.write_text("{} ")
    assert is_left(alice, out)


@pytest.mark.parametrize("which", Which)
def test_a_folder_that_holds_the_grade_of_another_is_left(
    fake: Fake, alice: Entry, out: Path, which: Which
) -> None:
    """Though the same was handed in: a person copied or renamed it, and no grade in it leaves."""
    grade_it(alice, out)
    (out / "alice").rename(out / "bob")
    bob = replace(alice, name="bob")
    assert is_left(bob, out, which=which)
    grade_it(bob, out)

    assert not is_left(bob, out)


def test_changed_means_the_submission(fake: Fake, alice: Entry, out: Path) -> None:
    """Another seed or grader does not count then."""
    grade_it(alice, out)
    other = Options(training="none", seed=1)
    assert not is_left(alice, out, other, Which.CHANGED)
    assert alice.path is not None
    alice.path.write_text("changed")

    assert is_left(alice, out, other, Which.CHANGED)


def test_failed_means_without_a_grade_or_for_a_person(fake: Fake, alice: Entry, out: Path) -> None:
    """Whatever else has changed."""
    assert is_left(alice, out, OPTIONS, Which.FAILED)
    grade_it(alice, out)
    assert not is_left(alice, out, Options(seed=3), Which.FAILED)
    fake.answer = graded("alice", maps=ERROR)
    grade_it(alice, out)

    assert is_left(alice, out, OPTIONS, Which.FAILED)


@pytest.mark.parametrize("which", Which)
@pytest.mark.parametrize("cause", ["", "crop.offset"])
def test_what_was_handed_in_again_is_left_whatever_is_asked_for(
    fake: Fake, alice: Entry, out: Path, which: Which, cause: str
) -> None:
    """The grade of an older submission stands for no newer one."""
    grade_it(alice, out)
    assert alice.path is not None
    alice.path.write_text("changed")

    assert left([alice], out, MARKS(out), OPTIONS, VIEW, which, cause)


def test_a_run_killed_before_the_end_is_not_done(
    fake: Fake, alice: Entry, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports alone do not count: what is kept last does."""

    def killed(folder: Path, kept: saved.Saved) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(saved, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            grade_it(alice, out)

    assert is_left(alice, out)
