"""Writes lock/: all packages that the grader stands on, each at one version with hashes: `make lock`.

torch and opencv stand in files of their own, because a machine may take another build of either; so does what
only a cluster needs, which nobody else installs.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "lock"
HEAD = "# Written by `make lock`; change pyproject.toml instead.\n"
FILES = {
    "torch.txt": re.compile(r"(torch|torchvision|triton|nvidia-.*|cuda-.*)=="),
    "opencv.txt": re.compile(r"opencv-python=="),
    "packages.txt": re.compile(""),
}
CLUSTERS = ("ray", "slurm")  # extras
PYTHON = "3.11"  # the oldest; what holds for newer ones only is marked in the lock


def main(arguments: Sequence[str] | None = None) -> None:
    """Resolve pyproject.toml anew and write all files."""
    argparse.ArgumentParser(prog="make lock", description=__doc__).parse_args(arguments)
    text = resolve(str(ROOT / "pyproject.toml"), "--extra", "dev", "--extra", "review")
    files = split(text)
    (opencv,) = re.findall(r"opencv-python==(\S+)", files["opencv.txt"])
    files["opencv-headless.txt"] = resolve("-", "--no-deps", stdin=f"opencv-python-headless=={opencv}")
    files |= {f"{extra}.txt": beyond(text, extra) for extra in CLUSTERS}
    LOCK.mkdir(exist_ok=True)
    for name, content in files.items():
        (LOCK / name).write_text(HEAD + content, encoding="utf-8")
        print(f"lock/{name}: {content.count('==')} packages")


def beyond(text: str, extra: str) -> str:
    """What an extra brings beyond a text of requirements, whose versions stay."""
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(text)
        file.flush()
        whole = resolve(str(ROOT / "pyproject.toml"), "--extra", extra, "--constraint", file.name)
    known = {name_of(requirement) for requirement in requirements(text)}
    return "".join(one for one in requirements(whole) if name_of(one) not in known)


def name_of(requirement: str) -> str:
    """The package that a requirement is of."""
    return requirement.partition("==")[0]


def resolve(*words: str, stdin: str = "") -> str:
    """The requirements that uv resolves for every system and Python, with hashes, without where they lie."""
    command = (uv(), "pip", "compile", "--quiet", "--universal", "--python-version", PYTHON, "--upgrade")
    plain = ("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", *words)
    return subprocess.run(
        [*command, *plain], input=stdin, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def uv() -> str:
    """The uv beside this Python, or that of the machine; `make lock` installs it."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None:
        sys.exit("uv is not installed: .venv/bin/python -m pip install uv")
    return found


def split(text: str) -> dict[str, str]:
    """File -> the requirements that belong into it; the first pattern that fits takes one."""
    files = defaultdict[str, str](str)
    for requirement in requirements(text):
        files[next(name for name, pattern in FILES.items() if pattern.match(requirement))] += requirement
    return dict(files)


def requirements(text: str) -> Iterator[str]:
    """Each requirement with its continued lines."""
    yield from re.findall(r"^[a-z0-9].*\n(?:[ ]+--hash.*\n)*", text, re.MULTILINE)


if __name__ == "__main__":
    main()
