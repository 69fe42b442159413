"""annotations.txt: GitHub workflow commands that mark faults at their file and line.

Print it as it is: each line is one command, and no text in it can begin another.
"""

from __future__ import annotations

from grader.records.grade import Grade, Outcome
from grader.records.reason import Place
from grader.reports import words
from grader.reports.escape import command_data, command_property, one_line

LIMIT = 10  # annotations of one level that GitHub shows for a step; it drops the rest in silence
LEVELS = (("error", (Outcome.FAILED,)), ("warning", (Outcome.ERROR, Outcome.BLOCKED)))


def render(grade: Grade) -> str:
    """The commands: faults as errors, what needs a person or is blocked as warnings."""
    lines: list[str] = []
    if grade.submission.problem:
        lines.append(_command("error", "This submission could not be read", grade.submission.problem))
    for level, outcomes in LEVELS:
        found = words.findings(words.of(grade.checks, *outcomes))
        room = LIMIT - sum(line.startswith(f"::{level}") for line in lines)
        kept = found if len(found) <= room else found[: room - 1]
        lines += [_finding(grade, level, finding) for finding in kept]
        if rest := len(found) - len(kept):
            lines.append(_command(level, f"and {rest} more", "The report lists all of them."))
    return "".join(f"{line}\n" for line in lines)


def _finding(grade: Grade, level: str, finding: words.Finding) -> str:
    check, more = finding.first, len(finding.checks) - 1
    title = f"{check.title}{f' and {more} more' if more else ''} ({words.counted(finding.points)})"
    return _command(level, title, words.details(check), *_target(grade, check.reason.place))


def _target(grade: Grade, where: Place | None) -> tuple[str, int]:
    """The file as it lies in the repository, and the line of it; of a notebook that is a line of its JSON."""
    found = grade.submission.files.get(where.label) if where else None
    if where is None or found is None:
        return "", 0
    return found.file, found.lines[where.line - 1] if 1 <= where.line <= len(found.lines) else 0


def _command(level: str, title: str, text: str, file: str = "", line: int = 0) -> str:
    properties = {"file": one_line(file), "line": str(line) if line else "", "title": one_line(title)}
    given = ",".join(f"{name}={command_property(value)}" for name, value in properties.items() if value)
    return f"::{level} {given}::{command_data(text)}"
