"""The command line: words in, calls, an exit code out. The only module that prints."""

from __future__ import annotations

import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.console import Console

from grader import finding
from grader.display import say, watching
from grader.errors import CallError, IsolationError
from grader.records import Grade, Outcome

if TYPE_CHECKING:
    from grader.grading import Options

GRADED, LOOK, WRONG_CALL = 0, 1, 2
ERROR_LOG = "grader-error.log"

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

Out = Annotated[Path, typer.Option(help="Folder that the reports are written to.")]
Training = Annotated[
    Literal["auto", "none", "smoke", "short", "full"],
    typer.Option(help="Training run: auto takes smoke on a CPU and short on a GPU."),
]
Seed = Annotated[int | None, typer.Option(help="Repeat a grading: the seed stands in its report.", min=0)]
Device = Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where the models run.")]
Isolation = Annotated[
    Literal["auto", "bwrap", "landlock", "none"],
    typer.Option(help="How student code is held: auto takes the strongest that works on this machine."),
]
FailUnder = Annotated[
    float | None,
    typer.Option(min=0, max=100, metavar="PERCENT", help="Exit with 1 under this share of assessed points."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Also print where the time went.")]


stdout = Console()
stderr = Console(stderr=True)


@app.callback()
def about() -> None:
    """Grades the FCN-32s / FCN-8s / CAM assignment and names every fault it finds.

    Exit codes: 0 graded; 1 graded, but a person must look, or under --fail-under; 2 the call was wrong.
    """


@app.command("grade")
def grade_command(
    submissions: Annotated[
        list[str], typer.Argument(metavar="PATH|NAME...", help="A path, or a name in submissions/.")
    ],
    out: Out = Path("reports"),
    training: Training = "auto",
    seed: Seed = None,
    device: Device = "auto",
    isolation: Isolation = "auto",
    fail_under: FailUnder = None,
    verbose: Verbose = False,
) -> None:
    """Grade submissions; each gets its report in OUT/<name>/."""
    from grader.grading import Options

    options = Options(training=training, seed=seed, device=device, isolation=isolation)
    folders = finding.report_folders([finding.find(word, finding.SUBMISSIONS) for word in submissions], out)
    grades = [_grade(path, folder, options, verbose) for path, folder in folders.items()]
    raise typer.Exit(max(exit_code(grade, fail_under) for grade in grades))


@app.command("doctor")
def doctor_command() -> None:
    """Show what this machine offers: isolation, device, versions, and what to install."""
    from grader.doctor import examine

    stdout.print(examine())


def main() -> NoReturn:
    """Run the command line and exit; no exception leaves as a traceback."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        app()
    except (CallError, IsolationError) as error:
        say(stderr, f"Error: {error}")
        sys.exit(WRONG_CALL)
    sys.exit(GRADED)


def exit_code(grade: Grade | None, fail_under: float | None = None) -> int:
    """1 where a person must look (no grade, a line in error, under `fail_under` percent), else 0."""
    if grade is None or any(check.outcome is Outcome.ERROR for check in grade.checks):
        return LOOK
    assessed = grade.max_score - grade.pending
    return LOOK if fail_under is not None and grade.score < assessed * fail_under / 100 else GRADED


def _grade(path: Path, folder: Path, options: Options, verbose: bool) -> Grade | None:
    """Grade one submission, write and show its report; None where the grader itself broke."""
    from grader import grading, reports

    try:
        with watching(folder.name, stderr) as listen:
            grade = grading.grade(path, options, listen)
        reports.write_reports(grade, folder)
    except (CallError, IsolationError):
        raise
    except Exception as error:
        _log(folder, error)
        return None
    reports.terminal.show(grade, stdout)
    if verbose:
        for stage, seconds in grade.provenance.timings.items():
            say(stderr, f"{seconds:8.2f} s  {stage}")
    say(stdout, f"Report: {folder / 'report.html'}")
    return grade


def _log(folder: Path, error: Exception) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("report.*"):
        stale.unlink()
    log = folder / ERROR_LOG
    log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    say(stderr, f"{folder.name}: not graded, for the grader itself failed ({type(error).__name__}: {error}).")
    say(stderr, f"That is no fault of the submission. Details: {log}")
