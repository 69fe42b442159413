from __future__ import annotations

from decimal import Decimal
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import profiles
from grader.records.grade import CheckResult, Outcome, ScoredCheck
from grader.records.reason import Cause, Place, Reason
from grader.rubric import Line, Part, Rubric, Scale
from grader.scoring import score, total

hundredths = st.integers(1, 2000).map(lambda n: n / 100)


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    parts = []
    for part in draw(st.lists(st.sampled_from(["fcn32s", "fcn8s", "cam"]), min_size=1, unique=True)):
        checks = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True))
        lines = tuple(Line(f"{part}.{check}", part, check, check, draw(hundredths)) for check in checks)
        parts.append(Part(part, part, float(sum(Decimal(str(line.points)) for line in lines)), lines))
    return Rubric(tuple(parts), "0" * 64)


@st.composite
def graded(draw: st.DrawFn) -> tuple[Rubric, dict[str, CheckResult]]:
    rubric = draw(rubrics())
    results = {
        line.id: CheckResult(line.id, draw(st.sampled_from(Outcome)))
        for line in rubric.lines
        if draw(st.booleans())
    }
    return rubric, results


def of(check: str, checks: tuple[ScoredCheck, ...]) -> ScoredCheck:
    return next(scored for scored in checks if scored.id == check)


def test_only_passed_earns_points() -> None:
    """Every other outcome is worth nothing, and only pending counts as not assessed."""
    line = Line("cam.shape", "cam", "shape", "The shape", 1.5)
    rubric = Rubric((Part("cam", "Maps", 1.5, (line,)),), "")
    earned = {}
    for outcome in Outcome:
        (part,), (check,) = score(rubric, {line.id: CheckResult(line.id, outcome)})
        earned[outcome.value] = (check.score, part.score, part.pending)

    assert earned == {
        "passed": (1.5, 1.5, 0),
        "failed": (0, 0, 0),
        "blocked": (0, 0, 0),
        "pending": (0, 0, 1.5),
        "error": (0, 0, 0),
    }


def test_what_the_check_said_is_kept() -> None:
    """Rationale, help, both values, place and time reach the scored line."""
    reason = Reason("r", "h", "e", "a", Place("cell 9", 4, "x = 1"), Cause("map.shape"))
    said = CheckResult("cam.shape", Outcome.FAILED, reason, 0.25)
    check = of("cam.shape", score(profiles.load().rubric, {"cam.shape": said})[1])

    assert (check.reason, check.seconds) == (reason, 0.25)


def test_a_check_that_did_not_run_goes_to_a_person() -> None:
    """A line without a result is an error of the grader, never a pass and never a fault."""
    check = of("fcn32s.crop", score(profiles.load().rubric, {})[1])

    assert (check.outcome, check.reason.text) == (Outcome.ERROR, "the check did not run")


def test_questions_wait_for_a_person() -> None:
    """Written answers are pending until there is a result for them."""
    parts, checks = score(profiles.load().rubric, {})

    assert of("questions.question1", checks).outcome is Outcome.PENDING
    assert next(part for part in parts if part.id == "questions").pending == 20


def test_a_result_for_a_question_counts() -> None:
    """A mark that a person gave replaces the wait."""
    marked = CheckResult("questions.question1", Outcome.PASSED)
    parts, _ = score(profiles.load().rubric, {marked.id: marked})

    assert [(part.score, part.pending) for part in parts if part.id == "questions"] == [(10, 10)]


def test_a_result_without_a_line_is_worth_nothing() -> None:
    """The rubric alone says what earns points."""
    stray = CheckResult("cam.charm", Outcome.PASSED)

    assert score(profiles.load().rubric, {stray.id: stray}) == score(profiles.load().rubric, {})


def test_all_passed_is_full_marks_without_dust() -> None:
    """The rubric's own points add up to whole numbers."""
    rubric = profiles.load().rubric
    parts, _ = score(rubric, {line.id: CheckResult(line.id, Outcome.PASSED) for line in rubric.lines})

    assert [part.score for part in parts] == [20.0, 30.0, 20.0, 30.0]


@given(graded())
def test_scores_add_up(case: tuple[Rubric, dict[str, CheckResult]]) -> None:
    """A part's score is exactly the sum of its checks, and every point is in exactly one outcome."""
    rubric, results = case
    parts, checks = score(rubric, results)

    for part in parts:
        own = [check for check in checks if check.part == part.id]
        exact = sum((Decimal(str(check.score)) for check in own), Decimal(0))
        assert Decimal(str(part.score)) == exact
        lost = total(
            check.max_score for check in own if check.outcome not in (Outcome.PASSED, Outcome.PENDING)
        )
        assert total([part.score, part.pending, lost]) == part.max_score


@given(graded())
def test_scores_stay_in_their_bounds(case: tuple[Rubric, dict[str, CheckResult]]) -> None:
    """No part earns less than nothing or more than what was assessed of it."""
    parts, checks = score(*case)

    assert all(0 <= part.score <= part.max_score - part.pending + 1e-9 for part in parts)
    assert all(check.score in (0, check.max_score) for check in checks)
    assert [check.id for check in checks] == [line.id for line in case[0].lines]


@given(graded(), st.data())
def test_mending_never_lowers_a_score(
    case: tuple[Rubric, dict[str, CheckResult]], data: st.DataObject
) -> None:
    """Turning any one result into a pass leaves every part with at least what it had."""
    rubric, results = case
    mended = data.draw(st.sampled_from(rubric.lines)).id
    before, _ = score(rubric, results)
    after, _ = score(rubric, {**results, mended: CheckResult(mended, Outcome.PASSED)})

    assert all(new.score >= old.score for old, new in zip(before, after, strict=True))


@given(graded())
def test_the_order_of_results_does_not_matter(case: tuple[Rubric, dict[str, CheckResult]]) -> None:
    """Scoring is a function of what was found, not of when."""
    rubric, results = case

    assert score(rubric, dict(reversed(results.items()))) == score(rubric, results)


def test_points_are_summed_exactly() -> None:
    """Ten tenths are one."""
    assert total([0.1] * 10) == 1.0


def test_a_lost_line_may_have_a_share_of_its_points() -> None:
    """In hundredths; a line that passed has all of them."""
    line = Line("fcn8s.training_iou", "fcn8s", "training_iou", "IoU", 0.5)
    rubric = Rubric((Part("fcn8s", "FCN-8s", 0.5, (line,)),), "0" * 64)
    for outcome, points in ((Outcome.FAILED, 0.17), (Outcome.BLOCKED, 0.17), (Outcome.PASSED, 0.5)):
        parts, checks = score(rubric, {line.id: CheckResult(line.id, outcome, share=1 / 3)})

        assert checks[0].score == parts[0].score == points


SLOPE = ((0.1, 20.0), (0.2, 60.0), (0.4, 100.0))


@pytest.mark.parametrize(
    ("figure", "steps", "slope"),
    [(0.05, 0, 0), (0.1, 0.2, 0.2), (0.15, 0.2, 0.4), (0.3, 0.6, 0.8), (0.4, 1, 1), (0.9, 1, 1), (nan, 0, 0)],
)
def test_a_scale_rises_in_steps_or_on_a_line(figure: float, steps: float, slope: float) -> None:
    """Where smaller is better, it is the same the other way round."""
    turned = tuple((-cut, percent) for cut, percent in SLOPE)
    for linear, wanted in ((False, steps), (True, slope)):
        assert Scale(SLOPE, linear).share(figure) == pytest.approx(wanted)
        assert Scale(turned, linear, falls=True).share(-figure) == pytest.approx(wanted)


@given(st.floats(-1, 1), st.floats(0, 1), st.booleans())
def test_more_is_never_worth_less(figure: float, more: float, linear: bool) -> None:
    """And a share is one."""
    low, high = (Scale(SLOPE, linear).share(value) for value in (figure, figure + more))
    assert 0 <= low <= high <= 1


def test_a_scale_says_itself() -> None:
    """As a report and `profiles` show it."""
    assert (
        str(Scale(SLOPE, linear=True))
        == "20 % from 0.1, 60 % from 0.2, 100 % from 0.4 on a line between them"
    )
    assert str(Scale(((1.0, 100.0),), linear=True, falls=True)) == "100 % up to 1"
