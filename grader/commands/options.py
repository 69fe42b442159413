"""The options that the commands share, each with its help."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from grader.errors import CallError
from grader.paths import shown
from grader.profiles import word_of


class Report(StrEnum):
    """The reports that are written only where they are asked for."""

    TEXT = "report.txt"
    JUNIT = "junit.xml"
    GRADESCOPE = "results.json"
    CLASSROOM50 = "result.json"
    SUMMARY = "summary.md"
    ANNOTATIONS = "annotations.txt"
    REPLAY = "replay.py"


def home(path: Path | None) -> Path | None:
    """A path with its ~, which the shell leaves alone after a sign such as =."""
    try:
        return path.expanduser() if path else path
    except RuntimeError:
        raise CallError(f"There is no home folder for {shown(path)}.") from None


def folder(path: Path) -> Path:
    """A folder that reports can be written to: refused before any work where they can't."""
    path = path.expanduser() if (found := home(path)) is None else found
    for place in (path, *path.parents):
        if place.is_dir():
            break
        if place.exists() or place.is_symlink():
            raise CallError(f"{shown(place)} is a file, reports need a folder: give another --out.")
    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        raise CallError(f"Reports can't be written to {shown(path)} ({error.strerror}).") from None
    return path


Out = Annotated[Path, typer.Option(help="Folder that the reports are written to.", callback=folder)]
Reports = Annotated[Path, typer.Argument(metavar="OUT", help="Folder of a class's reports.", callback=home)]
Training = Annotated[
    Literal[
        "auto",
        "none",
        "certify",
        "smoke",
        "real-smoke",
        "short",
        "short-edges",
        "offline",
        "full",
        "full-edges",
    ],
    typer.Option(
        help="Training run: auto takes smoke on a CPU and short on a GPU;"
        " certify takes it only where a network isn't proved to learn as the reference does."
    ),
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
Audience = Annotated[
    Literal["ta", "student"],
    typer.Option(help="Who reads: a student's report holds no values and pictures of the reference."),
]
Also = Annotated[
    list[Report], typer.Option(metavar="FILE", help=f"Write this report too, any of: {', '.join(Report)}.")
]
Profile = Annotated[
    str,
    typer.Option(metavar="NAME|FILE", help="Course year: `grader profiles` lists them.", callback=word_of),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Also print where the time went.")]

Folder = Annotated[
    Path, typer.Argument(help="Submissions, or an export of Canvas, Gradescope or Moodle.", callback=home)
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Submissions at once.", show_default="one per core")]
Engine = Annotated[
    Literal["local", "ray", "slurm"],
    typer.Option(help="Where submissions are graded: on this machine or on a cluster (docs/cluster.md)."),
]
GpuShare = Annotated[
    float,
    typer.Option(
        "--gpu-share", min=0.01, max=1, metavar="SHARE", help="What a submission takes of a cluster's GPU."
    ),
]
Slurm = Annotated[
    list[str],
    typer.Option(
        "--slurm", metavar="KEY=VALUE", help="How Slurm is asked, such as partition=cpu; may be repeated."
    ),
]
Roster = Annotated[
    Path | None, typer.Option(help="CSV of names and ids, such as Canvas's gradebook.", callback=home)
]
Marks = Annotated[
    Path | None,
    typer.Option(help="File of people's marks.", show_default="OUT.marks.sqlite beside OUT", callback=home),
]
MarksFile = Annotated[Path, typer.Argument(metavar="FILE", help="A .toml or .csv file.", callback=home)]
Handout = Annotated[
    Path | None,
    typer.Option(help="The handout: what comes from it is nothing that two have in common.", callback=home),
]
Export = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Also write everybody's code for JPlag and Dolos.", callback=home),
]
To = Annotated[
    Path, typer.Option("--to", metavar="DIR", help="Folder that the release is written to.", callback=home)
]
For = Annotated[
    Literal["canvas", "gradescope", "moodle", "students", "all"],
    typer.Option("--for", help="Whom to write for."),
]
Partial = Annotated[
    bool, typer.Option("--partial", help="Release though not all is complete; every file says so.")
]
Present = Annotated[
    Path | None,
    typer.Option(
        "--gradebook",
        metavar="FILE",
        help="Canvas's gradebook as it exports it now: canvas.csv leaves out rows that would change nothing.",
        callback=home,
    ),
]
Assignment = Annotated[
    str,
    typer.Option(
        "--assignment", help="Title of the column in canvas.csv, as Canvas has it: 'Assignment 3 (4711)'."
    ),
]
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="Port of the page.", show_default="any that is free")
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Open no browser: show the address alone.")]
Share = Annotated[str, typer.Option(metavar="N/OF", help="My part of the submissions, as 1/4.")]
Section = Annotated[
    list[str], typer.Option(metavar="NAME", help="Only students of this section; may be repeated.")
]
Requests = Annotated[
    Path | None,
    typer.Option(metavar="CSV", help="Students' regrade requests: submission, line, words.", callback=home),
]
Changed = Annotated[bool, typer.Option("--changed", help="Grade only submissions that are new or changed.")]
FailedOnly = Annotated[
    bool,
    typer.Option("--failed-only", help="Grade only those without a grade or for a person."),
]
Cause = Annotated[
    str,
    typer.Option(metavar="ID", help="Grade only those that were found to have this cause: 'crop.offset'."),
]
