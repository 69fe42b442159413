"""Builds the action that students run: `make feedback`. It reads a submission as the grader would.

It judges nothing: it holds the modules that reading needs, as the import graph says, and none of the
reference or of the checks.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import grimp

from grader import profiles
from grader.errors import CallError
from grader.paths import refuse_other_things
from tools.feedback import years

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
READING, PROFILES = "grader.intake", "grader.profiles"
FILES = ("action.yml", "feedback.py", "README.md")
OF_YEARS = ("reading.py", "naming.py")  # of the profiles, which hold points and layers besides
TAKEN = ("lock/packages.txt", "LICENSE")
OURS, HISTORY = (*FILES, "lock", "LICENSE", "grader"), ".git"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the folder that becomes the public repository."""
    parser = argparse.ArgumentParser(prog="python -m tools.feedback", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "build" / "feedback", help="where to")
    out: Path = parser.parse_args(arguments).out
    try:
        write(out)
    except CallError as error:
        sys.exit(str(error))
    print(f"{out}: make it a public repository, and name it in your assignment's template (docs/github.md).")


def write(out: Path) -> None:
    """The whole repository, made anew; its history stays. Raises CallError for a folder of anything else."""
    _clear(out)
    for name in (*TAKEN, *map(str, sources())):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, out / name)
    for name in FILES:
        shutil.copy(HERE / name, out / name)
    _write_years(out / Path(*PROFILES.split(".")))


def _clear(out: Path) -> None:
    refuse_other_things(out, lambda path: path.parts[0] in {*OURS, HISTORY}, "write")
    for name in OURS:
        if (out / name).is_dir():
            shutil.rmtree(out / name)
        else:
            (out / name).unlink(missing_ok=True)


def _write_years(package: Path) -> None:
    """In the place of the profiles: what each course year wants to be read."""
    package.mkdir()
    for name in OF_YEARS:
        shutil.copy(profiles.FOLDER / name, package / name)
    shutil.copy(HERE / "years.py", package / "profile.py")
    (package / "__init__.py").write_text(f"from {PROFILES}.profile import Profile, load, names\n")
    told = [asdict(_year(profiles.load(name))) for name in profiles.names()]
    (package / years.YEARS.name).write_text(json.dumps(told, indent=1), encoding="utf-8")


def _year(one: profiles.Profile) -> years.Profile:
    return years.Profile(**{each.name: getattr(one, each.name) for each in fields(years.Profile)})


def sources() -> Iterator[Path]:
    """The modules that are needed to read a submission, and the packages they stand in."""
    graph = grimp.build_graph("grader", cache_dir=None)
    for module in {PROFILES, *graph.find_descendants(PROFILES)}:
        graph.remove_module(module)
    within = {READING, *graph.find_descendants(READING)}
    needed = within.union(*(graph.find_upstream_modules(module) for module in within))
    packages = {package for module in needed for package in _above(module)}
    for module in sorted(needed | packages):
        path = Path(*module.split("."))
        yield path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


def _above(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:n]) for n in range(1, len(parts)))


if __name__ == "__main__":
    main()
