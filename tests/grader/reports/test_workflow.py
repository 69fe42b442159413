from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.records.grade import Grade, Outcome
from grader.records.reason import Place, Reason
from grader.reports.workflow import LIMIT, render
from tests.share import examples

COMMAND = re.compile(r"::(error|warning) (?:[a-z]+=[^,:]*,)*title=[^,:]+::[^\r\n]+")


def test_each_line_is_one_command(grade: Grade, unreadable: Grade) -> None:
    """Hostile words begin no line and end no property."""
    for shown in (grade, unreadable):
        assert all(COMMAND.fullmatch(line) for line in render(shown).splitlines())


def test_a_fault_points_at_its_file_and_line(grade: Grade) -> None:
    """As it lies in the repository; of a notebook the line of its JSON, with the cell in the text."""
    notebook, script = render(grade).splitlines()[:2]

    assert notebook.startswith("::error file=hw3/assignment3.ipynb,line=83,title=The output is cropped")
    assert notebook.endswith("%0AAt cell 9, line 4: return h[:, :, 18:18 + x.size(2)]")
    assert script.startswith("::error file=hw3/net<i>.py,line=3,title=")


def test_faults_are_errors_and_doubts_are_warnings(grade: Grade) -> None:
    """Passed and pending lines say nothing."""
    assert [line.split()[0] for line in render(grade).splitlines()] == ["::error"] * 3 + ["::warning"] * 2


def test_the_levels_stay_within_githubs_limit(unreadable: Grade) -> None:
    """GitHub drops the eleventh in silence, so the tenth says how many more there are."""
    for outcome, level in ((Outcome.FAILED, "error"), (Outcome.ERROR, "warning")):
        checks = tuple(
            replace(unreadable.checks[0], id=f"cam.c{n}", outcome=outcome, reason=Reason(f"{n}"))
            for n in range(30)
        )
        lines = [
            line
            for line in render(replace(unreadable, checks=checks)).splitlines()
            if line.startswith(f"::{level}")
        ]
        told = 8 if level == "error" else 9  # one error says that the submission could not be read

        assert len(lines) == LIMIT
        assert f"title=and {30 - told} more::" in lines[-1]


def test_ten_fit(grade: Grade) -> None:
    """Exactly as many as GitHub shows are all shown."""
    checks = tuple(replace(grade.checks[1], reason=Reason(f"{n}")) for n in range(LIMIT))

    assert "more" not in render(replace(grade, checks=checks))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60)
)
@given(st.text(st.characters() | st.sampled_from("\r\n:,%#["), max_size=40))
def test_no_words_add_a_command(grade: Grade, words: str) -> None:
    """Whatever a student writes, as reason, file or code, the number of lines stays the same."""
    place = Place(words, 3, words)
    checks = tuple(
        replace(check, reason=Reason(check.reason.text + words, place=place)) for check in grade.checks
    )
    lines = render(replace(grade, checks=checks)).splitlines()

    assert len(lines) == 5
    assert all(COMMAND.fullmatch(line) for line in lines)
