"""Builds autograder.zip for Gradescope: `make gradescope`, or `python -m tools.gradescope --help`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from grader import profiles
from grader.reports.gradescope import points
from grader.reports.words import number

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
PACKAGES = ("grader", "reference")
SCRIPTS = ("setup.sh", "run_autograder")
FIXED_DATE = (2020, 1, 1, 0, 0, 0)  # the same sources make the same bytes


def build(
    out: Annotated[Path, typer.Option(help="Folder that autograder.zip is written to.")] = ROOT / "build",
    training: Annotated[Literal["none", "smoke"], typer.Option(help="Training run.")] = "none",
    audience: Annotated[Literal["student", "ta"], typer.Option(help="Who reads the results.")] = "student",
    isolation: Annotated[
        Literal["auto", "bwrap", "landlock", "none"], typer.Option(help="How student code is held.")
    ] = "auto",
    seconds: Annotated[
        int, typer.Option(min=60, help="Give up after this long; under the time-out set in Gradescope.")
    ] = 540,
    profile: Annotated[
        str, typer.Option(help="Course year, one that comes with the grader.")
    ] = profiles.DEFAULT,
) -> None:
    """Build autograder.zip; upload it under Configure Autograder (docs/gradescope.md)."""
    if profile not in profiles.names():
        raise typer.BadParameter(
            f"one of {', '.join(profiles.names())}: the zip holds these", param_hint="--profile"
        )
    settings = {
        "TRAINING": training,
        "PROFILE": profile,
        "AUDIENCE": audience,
        "ISOLATION": isolation,
        "SECONDS_AT_MOST": seconds,
    }
    path = out / "autograder.zip"
    out.mkdir(parents=True, exist_ok=True)
    write(path, "".join(f"{name}={value}\n" for name, value in settings.items()))
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB). Upload it to Gradescope, where you also type:")
    print(f"  Autograder points: {number(points(profiles.load(profile).rubric.lines, training))}")
    print(f"  Autograder timeout: above {seconds} seconds; memory: at least 6 GB (docs/gradescope.md)")


def write(path: Path, settings: str) -> None:
    """The archive; scripts can be executed, and every file is there under its own name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in SCRIPTS:
            _add(archive, name, (HERE / name).read_bytes(), 0o755)
        _add(archive, "settings.env", settings.encode(), 0o644)
        for file in _sources():
            _add(archive, file.relative_to(ROOT).as_posix(), file.read_bytes(), 0o644)


def _sources() -> Iterator[Path]:
    yield ROOT / "pyproject.toml"
    yield ROOT / "tools" / "install.py"
    yield from sorted((ROOT / "lock").glob("*.txt"))
    for package in PACKAGES:
        files = (file for file in sorted((ROOT / package).rglob("*")) if file.is_file())
        yield from (file for file in files if "__pycache__" not in file.parts)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, FIXED_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = mode << 16
    archive.writestr(entry, content)


if __name__ == "__main__":
    typer.run(build)
