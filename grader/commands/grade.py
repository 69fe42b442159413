"""`grade`: one or several submissions, each with its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader import clock, paths, reports
from grader.classroom import publishing
from grader.classroom.homes import Home, View
from grader.classroom.looks import refuse_a_class
from grader.clock import Spent
from grader.commands.codes import exit_code
from grader.commands.display import watching
from grader.commands.screen import Screen
from grader.errors import CallError, IsolationError
from grader.grading import Options
from grader.marks import store
from grader.records.grade import Grade, Provenance


def grade(
    screen: Screen,
    submissions: Sequence[str],
    out: Path,
    options: Options,
    view: View,
    fail_under: float | None,
    verbose: bool,
) -> int:
    """Grade each, show it, and say the worst exit code."""
    given = [paths.find(word, paths.SUBMISSIONS) for word in submissions]
    for path in given:
        refuse_a_class(path)
    folders, said = paths.report_folders(given, out)
    for remark in said:
        screen.remark(remark)
    marks = store.beside(out)
    homes = {path: Home(folder, marks, folder.name) for path, folder in folders.items()}
    if verbose:
        screen.remark(f"{clock.since_start().wall:.2f} s until the first grading began: Python and imports")
    grades = [_one(screen, path, home, options, view, verbose) for path, home in homes.items()]
    return max(exit_code(one, fail_under) for one in grades)


def _one(screen: Screen, path: Path, home: Home, options: Options, view: View, verbose: bool) -> Grade | None:
    """Grade one submission and show its report; None where the grader itself broke."""
    folder, begun = home.folder, clock.now()
    try:
        with watching(folder.name, screen.err) as listen:
            found = publishing.grade_into(path, home, options, view, listen)
    except (CallError, IsolationError):
        raise
    except Exception as error:
        if paths.shut(error):
            raise
        screen.remark(
            f"{folder.name}: not graded, the grader itself failed ({type(error).__name__}: {error})."
        )
        screen.remark(f"That is no fault of the submission. Details: {folder / publishing.ERROR_LOG}")
        return None
    if verbose:
        for line in profile(found.provenance, clock.now() - begun):
            screen.remark(line)
    screen.tell(f"Report: {folder / 'report.html'}")
    reports.terminal.show(reports.AUDIENCES[view.audience](found), screen.out)
    return found


def profile(of: Provenance, whole: Spent) -> list[str]:
    """Lines that say where the time of one grading went, reports included, and at what pace it trained."""
    stages = {
        stage: Spent(of.timings[stage], cpu, of.worker.get(stage, 0.0)) for stage, cpu in of.cpu.items()
    }
    inside = sum((replace(spent, worker=0.0) for spent in stages.values()), Spent())
    stages["reports, and what is kept for the next time"] = whole - inside
    paces = [f"{pace:8.2f} s  {what}" for what, pace in of.timings.items() if what not in of.cpu]
    return [*clock.table(stages), *paces]
