"""`class`: a folder of submissions or an export, several at once, going on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import intake
from grader.classroom import batch, handed_in
from grader.classroom.handed_in import SHOWN, Class, Entry
from grader.classroom.homes import View
from grader.classroom.people import Roster
from grader.classroom.remaining import Which, left
from grader.classroom.rosters import read_roster
from grader.classroom.similar import export
from grader.classroom.statistics import Row, spreads
from grader.commands.codes import exit_code
from grader.commands.display import LONGEST, watching_class
from grader.commands.screen import Screen
from grader.engines.choosing import Where
from grader.engines.choosing import choose as choose_engine
from grader.errors import CallError
from grader.grading import Options
from grader.marks import store
from grader.marks.standing import Standing
from grader.paths import shown
from grader.plurals import plural
from grader.records.submission import Slice
from grader.reports.escape import one_line
from grader.sandbox.isolation import choose


@dataclass(frozen=True, slots=True)
class Alike:
    """What is given for finding code that people share: the handout, and where to write everybody's code."""

    handout: Path | None = None
    export: Path | None = None


def grade_class(
    screen: Screen,
    folder: Path,
    out: Path,
    roster: Path | None,
    marks: Path | None,
    where: Where,
    which: Which,
    cause: str,
    alike: Alike,
    options: Options,
    view: View,
    fail_under: float | None,
) -> int:
    """Grade what is left of a class, write its pages, and say the worst exit code."""
    handout = _handout(alike.handout)
    if alike.export:
        export.check(alike.export)
    one = handed_in.read(folder, read_roster(roster) if roster else Roster(), out)
    engine = choose_engine(where, options.device, options.isolation, out)
    kept = marks or store.beside(out)
    batch.check_marks(one.entries, out, options.profile)
    tasks = left(one.entries, out, kept, options, view, which, cause)
    if tasks and where.is_here:
        choose(options.isolation)  # better refused once than by every submission
    here = plural(sum(bool(entry.path) for entry in one.entries), "submission", "submissions")
    screen.remark(f"{here}, {len(tasks)} to grade.")
    events = batch.run(tasks, engine, batch.grading_of(options, where))
    ended = watching_class(events, len(tasks), screen.err)
    problems = {done.task.name: one_line(done.problem, LONGEST) for done in ended}
    rows = batch.collect(one.entries, out, kept, view, problems, options.profile)
    for remark in left_over(store.read(kept), one.entries):
        screen.remark(remark)
    batch.write_pages(rows, out, one.folder.resolve().name, one, handout)
    if alike.export:
        count = plural(export.write(rows, alike.export, handout), "submission", "submissions")
        screen.remark(f"The code of {count} is in {shown(alike.export)}.")
    graded = [row for row in rows if row.entry.path]
    _show(screen, one, graded, out)
    return max(exit_code(row.grade, fail_under) for row in graded)


def left_over(standing: Standing, entries: Sequence[Entry]) -> Sequence[str]:
    """What to say of marks of submissions that are not there: a folder was renamed, or a group changed."""
    here = {entry.subject or entry.name for entry in entries if entry.path}
    names = sorted(set(standing.marks) - here)
    if not names:
        return ()
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (f"Marks are kept of submissions that are not here: {shown(', '.join(names[:SHOWN]))}{more}.",)


def _handout(path: Path | None) -> Slice | None:
    """What is graded of the handout; raises CallError for one that can't be read."""
    if path is None:
        return None
    if not path.exists():
        raise CallError(f"There is no handout {shown(path)}.")
    found = intake.read(path)
    if found.problem:
        raise CallError(f"{shown(path)} can't be read as the handout: {found.problem}.")
    return found.slice


def _show(screen: Screen, one: Class, rows: Sequence[Row], out: Path) -> None:
    """What a person must look at first, then where the rest is."""
    for remark in (
        *one.remarks,
        *(f"{name} was not graded: it is no folder, .zip, .tar, .ipynb or .py." for name in one.ignored),
    ):
        screen.tell(remark)
    for row in rows:
        for said in row.said:
            screen.tell(f"{row.entry.name}: {said}")
    grades = [row.grade for row in rows if row.grade]
    whole = spreads(grades)
    mean = f", mean {100 * whole[0].mean:.1f} % of the points assessed" if whole else ""
    screen.tell(f"{len(grades)} of {len(rows)} graded{mean}.")
    missing = sum(entry.path is None for entry in one.entries)
    if missing:
        screen.tell(f"{missing} of the roster handed in nothing.")
    open_ended = sum(not grade.complete for grade in grades) + len(rows) - len(grades)
    left = (
        f"{plural(open_ended, 'is', 'are')} not complete: people have lines to judge (`review {shown(out)}`)."
        if open_ended
        else "All are complete."
    )
    held = sum(bool(row.entry.held) and not row.entry.students for row in rows)
    whose = "it is" if held == 1 else "they are"
    if held:
        screen.tell(
            f"{plural(held, 'is', 'are')} held back: it is not known whose {whose}, or another one counts."
        )
    screen.tell(f"{left} Class: {out / 'index.html'}, and beside it gradebook.csv.")
