"""The command line: words in, calls, an exit code out. The only module that prints."""

from __future__ import annotations

import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from grader import __version__, interrupts
from grader.commands import options as words
from grader.commands.codes import GRADED, LOOK, WRONG_CALL
from grader.commands.display import say
from grader.commands.screen import Screen
from grader.commands.surroundings import prepare
from grader.errors import CallError, IsolationError
from grader.paths import shut
from grader.profiles import DEFAULT
from grader.wall.collecting import importing

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
marks_app = typer.Typer(no_args_is_help=True, help="People's marks as a file: export and import.")
app.add_typer(marks_app, name="marks")

stdout = Console()
stderr = Console(stderr=True)
SCREEN = Screen(stdout, stderr)


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
    profile: words.Profile = DEFAULT,
    fail_under: words.FailUnder = None,
    audience: words.Audience = "ta",
    also: words.Also = [],  # noqa: B006 (typer reads it, nobody changes it)
    verbose: words.Verbose = False,
) -> None:
    """Grade submissions; each gets its report in OUT/<name>/."""
    with importing():
        from grader.classroom.homes import View
        from grader.commands.grade import grade
        from grader.grading import Options

    options, view = Options(training, seed, device, isolation, profile), View(audience, tuple(also))
    raise typer.Exit(grade(SCREEN, submissions, out, options, view, fail_under, verbose))


@app.command("class")
def class_command(
    folder: words.Folder,
    out: words.Out = Path("reports"),
    jobs: words.Jobs = None,
    engine: words.Engine = "local",
    gpu_share: words.GpuShare = 1.0,
    slurm: words.Slurm = [],  # noqa: B006 (idem)
    roster: words.Roster = None,
    marks: words.Marks = None,
    changed: words.Changed = False,
    failed_only: words.FailedOnly = False,
    cause: words.Cause = "",
    handout: words.Handout = None,
    export: words.Export = None,
    training: words.Training = "auto",
    seed: words.Seed = None,
    device: words.Device = "auto",
    isolation: words.Isolation = "auto",
    profile: words.Profile = DEFAULT,
    fail_under: words.FailUnder = None,
    audience: words.Audience = "ta",
    also: words.Also = [],  # noqa: B006 (idem)
) -> None:
    """Grade a class; what is graded already, and unchanged, is not graded again."""
    from grader.classroom.homes import View
    from grader.classroom.remaining import Which
    from grader.commands.class_ import Alike, grade_class
    from grader.engines.choosing import Where
    from grader.grading import Options

    if changed + failed_only + bool(cause) > 1:
        raise CallError("--changed, --failed-only and --cause exclude each other.")
    which = Which.CHANGED if changed else Which.FAILED if failed_only else Which.STALE
    options, view = Options(training, seed, device, isolation, profile), View(audience, tuple(also))
    alike, where = Alike(handout, export), Where(engine, jobs, gpu_share, tuple(slurm))
    code = grade_class(
        SCREEN, folder, out, roster, marks, where, which, cause, alike, options, view, fail_under
    )
    raise typer.Exit(code)


@app.command("diff")
def diff_command(
    old: words.Reports,
    new: words.Reports,
) -> None:
    """Show whom a change of grader or rubric moves, by how much, and why."""
    from grader.commands.diff import diff

    raise typer.Exit(diff(SCREEN, old, new))


@marks_app.command("export")
def export_command(out: words.Reports, file: words.MarksFile, marks: words.Marks = None) -> None:
    """Write the marks that stand, and in a table what waits for one, to a file."""
    from grader.commands.marks import export_marks

    raise typer.Exit(export_marks(SCREEN, out, file, marks))


@marks_app.command("import")
def import_command(out: words.Reports, file: words.MarksFile, marks: words.Marks = None) -> None:
    """Take marks over from a file: all that are new, or none where one can't be right."""
    from grader.commands.marks import import_marks

    raise typer.Exit(import_marks(SCREEN, out, file, marks))


@app.command("review")
def review_command(
    out: words.Reports,
    marks: words.Marks = None,
    port: words.Port = 0,
    no_open: words.NoOpen = False,
    share: words.Share = "",
    section: words.Section = [],  # noqa: B006 (idem)
    requests: words.Requests = None,
) -> None:
    """Mark the written answers and settle what waits for a person, in a browser on this machine."""
    from grader.commands.review import review

    raise typer.Exit(review(SCREEN, out, marks, port, not no_open, share, section, requests))


@app.command("release")
def release_command(
    out: words.Reports,
    to: words.To,
    marks: words.Marks = None,
    kind: words.For = "all",
    partial: words.Partial = False,
    title: words.Assignment = "Assignment 3",
    gradebook: words.Present = None,
) -> None:
    """Write what leaves the house: tables for Canvas, Gradescope and Moodle, a report for each student.

    Nothing is written, and the exit code is 1, while anything is not complete.
    """
    from grader.commands.release import release

    raise typer.Exit(release(SCREEN, out, to, marks, kind, partial, title, gradebook))


@app.command("profiles")
def profiles_command(
    profile: Annotated[
        str, typer.Argument(metavar="[NAME|FILE]", help="Which to explain; without, all are listed.")
    ] = "",
) -> None:
    """List the course years that can be graded, or check one and explain what it asks."""
    from grader.commands.profiles import explain, listing

    stdout.print(explain(profile) if profile else listing())


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
        app(prog_name="bin/grader")
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
        if why := shut(error):
            say(stderr, f"{why} What was written before is kept.")
            sys.exit(WRONG_CALL)
        with tempfile.NamedTemporaryFile("w", prefix="grader-error-", suffix=".log", delete=False) as log:
            traceback.print_exception(error, file=log)
        say(stderr, f"The grader itself failed ({type(error).__name__}: {error}). Details: {log.name}")
        sys.exit(LOOK)
    sys.exit(GRADED)
