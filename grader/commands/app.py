"""The command line: words in, calls, an exit code out. The only module that prints."""

from __future__ import annotations

import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from grader import __version__, interrupts, paths
from grader.commands import options as words
from grader.commands.display import say, watching, watching_class
from grader.commands.surroundings import prepare
from grader.errors import CallError, IsolationError
from grader.records.grade import Grade, Outcome

if TYPE_CHECKING:
    from grader.classroom.batch import View
    from grader.classroom.statistics import Row
    from grader.grading import Options

GRADED, LOOK, WRONG_CALL = 0, 1, 2

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

stdout = Console()
stderr = Console(stderr=True)


def _version(asked: bool) -> None:
    if asked:
        say(stdout, f"grader {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version.")
    ] = False,
) -> None:
    """Grades the FCN-32s / FCN-8s / CAM assignment and names every fault it finds.

    Exit codes: 0 graded; 1 graded, but a person must look, or under --fail-under; 2 the call was wrong.
    """


@app.command("grade")
def grade_command(
    submissions: Annotated[
        list[str], typer.Argument(metavar="PATH|NAME...", help="A path, or a name in submissions/.")
    ],
    out: words.Out = Path("reports"),
    training: words.Training = "auto",
    seed: words.Seed = None,
    device: words.Device = "auto",
    isolation: words.Isolation = "auto",
    fail_under: words.FailUnder = None,
    audience: words.Audience = "ta",
    also: words.Also = [],  # noqa: B006 (typer reads it, nobody changes it)
    verbose: words.Verbose = False,
) -> None:
    """Grade submissions; each gets its report in OUT/<name>/."""
    folders = paths.report_folders([paths.find(word, paths.SUBMISSIONS) for word in submissions], out)
    from grader.classroom.batch import View
    from grader.grading import Options

    options, view = Options(training, seed, device, isolation), View(audience, tuple(also))
    grades = [_grade(path, folder, options, view, verbose) for path, folder in folders.items()]
    raise typer.Exit(max(exit_code(grade, fail_under) for grade in grades))


@app.command("class")
def class_command(
    folder: words.Folder,
    out: words.Out = Path("reports"),
    jobs: words.Jobs = None,
    roster: words.Roster = None,
    assignment: words.Assignment = "Assignment 3",
    changed: words.Changed = False,
    failed_only: words.FailedOnly = False,
    training: words.Training = "auto",
    seed: words.Seed = None,
    device: words.Device = "auto",
    isolation: words.Isolation = "auto",
    fail_under: words.FailUnder = None,
    audience: words.Audience = "ta",
    also: words.Also = [],  # noqa: B006 (idem)
) -> None:
    """Grade a class; what is graded already, and unchanged, is not graded again."""
    from grader.classroom import batch, handed_in, people
    from grader.engines import local
    from grader.grading import Options
    from grader.marks import store
    from grader.sandbox.isolation import choose

    if changed and failed_only:
        raise CallError("--changed and --failed-only exclude each other.")
    which = batch.Which.CHANGED if changed else batch.Which.FAILED if failed_only else batch.Which.STALE
    entries = handed_in.read(folder, people.read_roster(roster) if roster else (), out)
    batch.check_marks(entries, out)
    kept = store.beside(out)
    options, view = Options(training, seed, device, isolation), batch.View(audience, tuple(also))
    tasks = batch.left(entries, out, kept, options, view, which)
    if tasks:
        choose(isolation)  # better refused once than by every submission
    say(stderr, f"{sum(bool(entry.path) for entry in entries)} submissions, {len(tasks)} to grade.")
    events = batch.run(tasks, jobs or local.default_jobs(device))
    problems = {done.task.name: done.problem for done in watching_class(events, len(tasks), stderr)}
    rows = batch.collect(entries, out, kept, view, problems)
    batch.write_pages(rows, out, folder.resolve().name, assignment, handed_in.ignored(folder))
    _show_class([row for row in rows if row.entry.path], out)
    codes = [exit_code(row.grade, fail_under) for row in rows if row.entry.path]
    raise typer.Exit(max(codes))


@app.command("diff")
def diff_command(
    old: words.Reports,
    new: words.Reports,
) -> None:
    """Show whom a change of grader or rubric moves, by how much, and why."""
    from grader.classroom import compare, moves

    before, after = moves.read(old), moves.read(new)
    stdout.print(moves.renderable(compare.moves(before, after), len({*before, *after})))


@app.command("doctor")
def doctor_command() -> None:
    """Show what this machine offers: isolation, device, versions, and what to install."""
    from grader.commands.doctor import examine

    stdout.print(examine())


def main() -> NoReturn:
    """Run the command line and exit; no exception leaves as a traceback."""
    interrupts.watch(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    prepare()
    try:
        app()
    except SystemExit:
        if not interrupts.received():
            raise
        say(stderr, "Interrupted. A class that is graded again goes on where it was.")
        sys.exit(128 + interrupts.received())
    except (CallError, IsolationError) as error:
        for line in str(error).splitlines():
            say(stderr, line)
        sys.exit(WRONG_CALL)
    except Exception as error:
        with tempfile.NamedTemporaryFile("w", prefix="grader-error-", suffix=".log", delete=False) as log:
            traceback.print_exception(error, file=log)
        say(stderr, f"The grader itself failed ({type(error).__name__}: {error}). Details: {log.name}")
        sys.exit(LOOK)
    sys.exit(GRADED)


def exit_code(grade: Grade | None, fail_under: float | None = None) -> int:
    """1 where a person must look (no grade, a line in error, under `fail_under` percent), else 0."""
    if grade is None or any(check.outcome is Outcome.ERROR for check in grade.checks):
        return LOOK
    assessed = grade.max_score - grade.pending
    return LOOK if fail_under is not None and grade.score < assessed * fail_under / 100 else GRADED


def _grade(path: Path, folder: Path, options: Options, view: View, verbose: bool) -> Grade | None:
    """Grade one submission and show its report; None where the grader itself broke."""
    from grader import reports
    from grader.classroom import batch
    from grader.marks import store

    home = batch.Home(folder, store.beside(folder.parent), folder.name)
    try:
        with watching(folder.name, stderr) as listen:
            grade = batch.grade_into(path, home, options, view, listen)
    except (CallError, IsolationError):
        raise
    except Exception as error:
        say(stderr, f"{folder.name}: not graded, the grader itself failed ({type(error).__name__}: {error}).")
        say(stderr, f"That is no fault of the submission. Details: {folder / batch.ERROR_LOG}")
        return None
    reports.terminal.show(reports.AUDIENCES[view.audience](grade), stdout)
    if verbose:
        for stage, seconds in grade.provenance.timings.items():
            say(stderr, f"{seconds:8.2f} s  {stage}")
    say(stdout, f"Report: {folder / 'report.html'}")
    return grade


def _show_class(rows: Sequence[Row], out: Path) -> None:
    """Problems first, then where the rest is."""
    for row in rows:
        if row.look:
            say(stdout, f"{row.entry.name}: {row.look}")
    scores = [row.grade.score for row in rows if row.grade]
    mean = f", mean {sum(scores) / len(scores):.2f} points" if scores else ""
    say(stdout, f"{len(scores)} of {len(rows)} graded{mean}.")
    say(stdout, f"Class: {out / 'index.html'}, and beside it gradebook.csv, canvas.csv, gradescope.csv")
