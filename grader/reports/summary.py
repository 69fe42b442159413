"""summary.md: the grade as a GitHub step summary, within its limit of 1 MiB."""

from __future__ import annotations

from collections.abc import Iterator

from grader.records.grade import Grade, Outcome
from grader.reports import assessed, words
from grader.reports.escape import markdown

LIMIT = 1_000_000  # bytes; GitHub drops a summary over 1 MiB
SECTIONS = (
    ("Points lost", words.LOST),
    ("Needs a person", (Outcome.ERROR,)),
    ("Not assessed yet", (Outcome.PENDING,)),
)
CUT = "\n*The rest is in the report: this summary has reached GitHub's limit.*\n"


def render(grade: Grade) -> str:
    """The summary; nothing that a student wrote is markup in it."""
    shown: list[str] = []
    size = len(CUT.encode())
    for block in _blocks(grade):
        size += len(block.encode())
        if size > LIMIT:
            return "".join([*shown, CUT])
        shown.append(block)
    return "".join(shown)


def _blocks(grade: Grade) -> Iterator[str]:
    yield f"## {markdown(grade.student)}: {assessed.of_assessed(grade)}\n\n{words.headline(grade)}\n"
    if grade.submission.problem:
        yield f"\n**This submission could not be read.** {markdown(grade.submission.problem)}\n"
    if grade.provenance.isolation == "none":
        yield "\n**Graded without isolation:** student code could reach this machine.\n"
    yield _table(grade)
    if grade.late:
        yield f"\n**{markdown(assessed.lateness(grade.late))}**\n"
    for title, outcomes in SECTIONS:
        if found := words.findings(words.of(grade.checks, *outcomes)):
            yield f"\n### {title}\n\n"
            yield from map(_finding, found)
    if marks := assessed.marked(grade.checks):
        yield "\n### Said by people\n\n"
        yield from (f"- {markdown(check.title)}: {markdown(assessed.mark(check))}\n" for check in marks)
    seed, isolation = grade.provenance.seed, markdown(grade.provenance.isolation)
    yield f"\n<sub>Seed {seed}, isolation {isolation}, {markdown(grade.provenance.grader)}</sub>\n"


def _table(grade: Grade) -> str:
    rows = ["", "| Part | Points | Assessed | of |", "| :-- | --: | --: | --: |"]
    for part in (*grade.parts, None):
        whole, title = (part, markdown(part.title)) if part else (grade, "**Total**")
        points = (assessed.score(grade, part), assessed.number_of(grade, part), words.number(whole.max_score))
        rows.append(f"| {title} | {' | '.join(points)} |")
    return "\n".join(rows) + "\n"


def _finding(finding: words.Finding) -> str:
    reason = finding.first.reason
    titles = "; ".join(map(markdown, finding.titles))
    lines = [f"- **{words.counted(finding.points)}** · {titles}", markdown(reason.text)]
    lines += [f"*{label}:* {markdown(value)}" for label, value in words.labelled(reason)]
    if reason.place:
        code = f" <code>{markdown(reason.place.code)}</code>" if reason.place.code.strip() else ""
        lines.append(f"*At:* {markdown(words.place(reason.place))}{code}")
    return "<br>\n  ".join(filter(None, lines)) + "\n"
