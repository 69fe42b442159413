"""junit.xml: the grade for CI servers, in the shape of pytest's `xunit2` family.

A part is a suite, a line of the rubric a case. Failed is a failure, an error an error; blocked and pending
are skipped, with their reason. The format has no scores: they stand in the suite's properties.
"""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from grader.records.grade import Grade, Outcome, PartScore, ScoredCheck
from grader.reports import words
from grader.reports.escape import one_line, printable

TAGS = {
    Outcome.FAILED: "failure",
    Outcome.ERROR: "error",
    Outcome.BLOCKED: "skipped",
    Outcome.PENDING: "skipped",
}


def render(grade: Grade) -> str:
    """The report as XML; a submission that can't be read is a suite of its own, with the reason."""
    unreadable = bool(grade.submission.problem)
    root = Xml.Element("testsuites", _counts("score report", grade.checks, unreadable))
    if unreadable:
        root.append(_unreadable(grade))
    root.extend(_suite(grade, part) for part in grade.parts)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _suite(grade: Grade, part: PartScore) -> Xml.Element:
    own = tuple(check for check in grade.checks if check.part == part.id)
    skipped = str(len(words.of(own, Outcome.BLOCKED, Outcome.PENDING)))
    suite = Xml.Element("testsuite", _counts(part.id, own), skipped=skipped)
    properties = Xml.SubElement(suite, "properties")
    facts = {"student": one_line(grade.student), "title": part.title} | {
        name: words.number(points)
        for name, points in (("score", part.score), ("max_score", part.max_score), ("pending", part.pending))
    }
    for name, value in facts.items():
        Xml.SubElement(properties, "property", name=name, value=value)
    suite.extend(_case(check) for check in own)
    return suite


def _case(check: ScoredCheck) -> Xml.Element:
    case = Xml.Element("testcase", classname=check.part, name=_name(check), time=f"{check.seconds:.3f}")
    if tag := TAGS.get(check.outcome):
        message = one_line(check.reason.text) or check.outcome.value
        reason = Xml.SubElement(case, tag, type=check.outcome.value, message=message)
        reason.text = printable(words.details(check))
    Xml.SubElement(case, "system-out").text = words.earned(check)
    return case


def _name(check: ScoredCheck) -> str:
    return check.id.removeprefix(f"{check.part}.")


def _counts(name: str, checks: tuple[ScoredCheck, ...], unreadable: bool = False) -> dict[str, str]:
    return {
        "name": name,
        "tests": str(len(checks) + unreadable),
        "failures": str(len(words.of(checks, Outcome.FAILED)) + unreadable),
        "errors": str(len(words.of(checks, Outcome.ERROR))),
        "time": f"{sum(check.seconds for check in checks):.3f}",
    }


def _unreadable(grade: Grade) -> Xml.Element:
    suite = Xml.Element("testsuite", _counts("submission", (), unreadable=True))
    case = Xml.SubElement(suite, "testcase", classname="submission", name="readable", time="0.000")
    Xml.SubElement(case, "failure", type="failed", message=one_line(grade.submission.problem))
    return suite
