from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.records.grade import Grade, Outcome
from grader.records.reason import Reason
from grader.reports.junit import render
from tests.share import examples


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))


@pytest.mark.parametrize("which", ["grade", "unreadable", "perfect"])
def test_the_report_is_junit_xml(which: str, request: pytest.FixtureRequest) -> None:
    """It is valid against the XSD, hostile words and all."""
    schema().validate(render(request.getfixturevalue(which)))


def test_the_xsd_refuses_what_is_not_junit() -> None:
    """The schema is strict enough to notice a wrong element, count or time."""
    for broken in (
        '<testsuites name="x" tests="1" failures="0" errors="0"><case/></testsuites>',
        '<testsuites name="x" tests="one" failures="0" errors="0"/>',
        '<testsuites name="x" tests="1" failures="0" errors="0" time="1.23456"/>',
    ):
        assert not schema().is_valid(broken)


def test_outcomes_have_their_elements(grade: Grade) -> None:
    """Failed is a failure, error an error; blocked and pending are skipped and say which."""
    root = Xml.fromstring(render(grade))
    found = {
        f"{case.get('classname')}.{case.get('name')}": [(child.tag, child.get("type")) for child in case][:-1]
        for case in root.iter("testcase")
    }

    assert found["fcn32s.build"] == []
    assert found["fcn32s.crop"] == [("failure", "failed")]
    assert found["fcn8s.conv1"] == [("skipped", "blocked")]
    assert found["questions.question1"] == [("skipped", "pending")]
    assert found["cam.maps"] == [("error", "error")]


def test_the_counts_are_those_of_the_cases(grade: Grade, unreadable: Grade) -> None:
    """CI servers believe the attributes, so they are right."""
    for shown in (grade, unreadable):
        root = Xml.fromstring(render(shown))
        for suite in (root, *root.iter("testsuite")):
            assert int(suite.get("tests", "")) == len(list(suite.iter("testcase")))
            assert int(suite.get("failures", "")) == len(list(suite.iter("failure")))
            assert int(suite.get("errors", "")) == len(list(suite.iter("error")))
            if suite is not root:
                assert int(suite.get("skipped", "0")) == len(list(suite.iter("skipped")))


def test_points_are_in_the_properties(grade: Grade) -> None:
    """The format has no scores of its own."""
    suite = Xml.fromstring(render(grade))[0]
    told = {one.get("name"): one.get("value") for one in suite.iter("property")}

    assert (told["score"], told["max_score"], told["pending"]) == ("1", "3.75", "0.5")


def test_an_unreadable_submission_is_a_case_of_its_own(unreadable: Grade) -> None:
    """The reason is there once, before all parts."""
    first = Xml.fromstring(render(unreadable))[0][0]

    assert (first.get("classname"), first.get("name")) == ("submission", "readable")
    assert "The zip file is damaged" in (first[0].get("message") or "")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(50)
)
@given(st.text(st.characters(), max_size=40))
def test_any_words_give_well_formed_xml(grade: Grade, words: str) -> None:
    """Control characters and half pairs, which XML can't hold, are written out."""
    checks = tuple(
        replace(check, outcome=Outcome.FAILED, reason=Reason(words, actual=words)) for check in grade.checks
    )
    root = Xml.fromstring(render(replace(grade, student=words, checks=checks)).encode())

    assert len(list(root.iter("failure"))) == len(checks)
