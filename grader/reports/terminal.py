"""The grade on a terminal: points by part, then what was lost and why."""

from __future__ import annotations

import io

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.records.grade import Grade, Outcome, PartScore, ScoredCheck
from grader.records.submission import Claim
from grader.reports import assessed, words
from grader.reports.escape import one_line, terminal

WIDTH = 100
BAR = 20
BARS = {
    "earned": ("█", "green"),
    "kept": ("─", "dim"),
    "lost": ("━", "red"),
    "error": ("?", "magenta"),
    "pending": ("░", "dim"),
}
SECTIONS = (
    ("Points lost", "red", words.LOST),
    ("Needs a person", "magenta", (Outcome.ERROR,)),
    ("Not assessed yet", "dim", (Outcome.PENDING,)),
)


def render(grade: Grade) -> str:
    """The grade as plain text, WIDTH columns wide."""
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, legacy_windows=False)
    show(grade, console)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def show(grade: Grade, console: Console) -> None:
    """Print the grade; what a student wrote is neither markup nor a command to the terminal."""
    console.print(renderable(grade), highlight=False)


def renderable(grade: Grade) -> RenderableType:
    """The grade for a rich console.

    No line begins with a student's words, so none can begin with the "::" that a CI runner obeys.
    """
    name = one_line(terminal(grade.student))
    shown: list[RenderableType] = [
        Text(f"Score of {name}", "bold", no_wrap=True, overflow="ellipsis"),
        _parts(grade),
    ]
    if grade.late:
        shown.append(Text(assessed.lateness(grade.late), style="red"))
    if grade.submission.problem:
        shown += [_heading("This submission could not be read"), _boxed(grade.submission.problem)]
    for title, style, outcomes in SECTIONS:
        if found := words.findings(words.of(grade.checks, *outcomes)):
            shown += [_heading(title), _findings(found, style)]
    if marks := assessed.marked(grade.checks):
        shown += [_heading("Said by people"), *map(_mark, marks)]
    if claims := [claim for claim in grade.submission.saved.claims if not claim.holds]:
        shown += [_heading("Claimed figures to look at, no points hang on them"), *map(_claim, claims)]
    shown.append(Text(f"\n{words.headline(grade)}"))
    if grade.provenance.isolation == "none":
        shown.append(
            Text("Graded without isolation: student code could reach this machine.", style="bold red")
        )
    shown.append(_left(grade))
    return Group(*shown)


def _left(grade: Grade) -> Text:
    """The last line: whether anybody has something to do before this grade may be released."""
    left = assessed.left_for_people(grade)
    if not left:
        return Text(f"Complete: {assessed.of_assessed(grade)}.", style="green")
    return Text(f"{assessed.of_assessed(grade)}. Left for people: {left}.", style="magenta")


def _mark(check: ScoredCheck) -> RenderableType:
    said = Text(f"{check.title} ({check.id}): {terminal(assessed.mark(check))}")
    return Padding(said, (0, 0, 0, 2))


def _claim(claim: Claim) -> RenderableType:
    return Padding(Text(f"{claim.key}, {claim.what}: {terminal(claim.said)}"), (0, 0, 0, 2))


def _heading(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def _parts(grade: Grade) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("Part", footer="Total")
    table.add_column()
    whole = (assessed.score(grade), assessed.number_of(grade), words.number(grade.max_score))
    for title, footer in zip(("Points", "Assessed", "of"), whole, strict=True):
        table.add_column(title, justify="right", footer=footer)
    for part in grade.parts:
        points = (assessed.score(grade, part), assessed.number_of(grade, part), words.number(part.max_score))
        table.add_row(Text(part.title), _bar(grade, part), *points)
    return table


def _bar(grade: Grade, part: PartScore) -> Text:
    bar, done = Text(), 0.0
    for what, points in words.stretches(grade, part).items():
        done += points
        cells = round(BAR * done / part.max_score) - len(bar)
        bar.append(BARS[what][0] * cells, BARS[what][1])
    return bar


def _findings(found: tuple[words.Finding, ...], style: str) -> Table:
    table = Table(box=box.ROUNDED, show_header=False, show_lines=True, border_style=style, expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for finding in found:
        table.add_row(words.number(finding.points), _finding(finding))
    return table


def _finding(finding: words.Finding) -> RenderableType:
    reason = finding.first.reason
    shown: list[RenderableType] = [Text("\n".join(finding.titles), style="bold")]
    if reason.text:
        shown.append(Text(terminal(reason.text)))
    for label, value in words.labelled(reason):
        shown.append(Padding(Text(f"{label.lower()}: {terminal(value)}", style="dim"), (0, 0, 0, 2)))
    if reason.place:
        code = f": {reason.place.code.strip()}" if reason.place.code.strip() else ""
        shown.append(Padding(Text(terminal(words.place(reason.place) + code), style="cyan"), (0, 0, 0, 2)))
    return Group(*shown)


def _boxed(text: str) -> Table:
    table = Table(box=box.ROUNDED, show_header=False, border_style="red", expand=True)
    table.add_column(overflow="fold")
    table.add_row(Text(terminal(text)))
    return table
