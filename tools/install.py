"""Installs the packages of lock/ into the Python that runs this, and says in a few lines how far it is.

`make` calls it. It uses the standard library only, because nothing else is there yet.
TORCH_INDEX names another index for torch's own builds, such as the one for CPUs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "lock"
PIP = (
    sys.executable,
    "-m",
    "pip",
    "--disable-pip-version-check",
    "install",
    "--no-deps",
    "--progress-bar=off",
)
LARGE = 50.0  # megabytes: a package that is worth a line
FETCHED = re.compile(r"\s*(?:Downloading|Using cached) (\S+) \(([\d.]+) (kB|MB|GB)\)")
FROM_DISK = re.compile(r"\s*Processing (/.+\.whl)")
UNITS = {"kB": 1e-3, "MB": 1.0, "GB": 1e3}
LAST_LINES = 15


def main() -> None:
    """Install torch, which takes longest, beside the rest; end with 1 where pip does."""
    index = os.environ.get("TORCH_INDEX", "")
    if index:
        torch = "PyTorch, another build of it (by version, its files are not in the lock)", torch_from(index)
    else:
        torch = "PyTorch", locked("torch.txt")
    together(torch, ("everything else", locked("packages.txt")))
    install("OpenCV", locked("opencv.txt"))
    if missing := problem_of_opencv():
        print(f"  OpenCV can't show windows here ({missing}): its build without windows takes its place.")
        subprocess.run(
            (sys.executable, "-m", "pip", "--quiet", "uninstall", "--yes", "opencv-python"), check=True
        )
        install(
            "OpenCV without windows", ("--force-reinstall", *locked("opencv-headless.txt"))
        )  # they share files
        if missing := problem_of_opencv():
            sys.exit(f"OpenCV can't be imported: {missing}")


def locked(name: str) -> tuple[str, ...]:
    """Only files whose hash stands in the lock, wherever they come from."""
    return ("--require-hashes", "--requirement", str(LOCK / name))


def torch_from(index: str) -> tuple[str, ...]:
    """The lock's versions of torch and torchvision, as that index builds them."""
    text = (LOCK / "torch.txt").read_text(encoding="utf-8")
    return ("--index-url", index, *re.findall(r"^torch(?:vision)?==[\w.]+", text, re.MULTILINE))


def together(*groups: tuple[str, Sequence[str]]) -> None:
    """Install groups that share no package at once: unpacking keeps one core each."""
    with ThreadPoolExecutor(len(groups)) as pool:
        for done in [pool.submit(install, *group) for group in groups]:
            done.result()


def install(what: str, words: Sequence[str]) -> None:
    """Run pip; of its hundreds of lines tell the large files, the sum, and where it fails the last lines."""
    say(f"  {what} ...")
    last = deque[str](maxlen=LAST_LINES)
    total = 0.0
    for line in run((*PIP, *words), last):
        name, size = file_of(line)
        total += size
        if size >= LARGE:
            say(f"    {name}, {size:,.0f} MB")
        if line.startswith("Installing collected packages"):
            say(f"    unpacking {line.count(',') + 1} packages, {total:,.0f} MB")


def say(line: str) -> None:
    """Print a line at once and in one piece, since two groups tell of themselves."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def file_of(line: str) -> tuple[str, float]:
    """The package and megabytes of the file that a line of pip tells of; "" and 0 for another line."""
    if found := FETCHED.match(line):
        return Path(found[1]).name.split("-")[0], float(found[2]) * UNITS[found[3]]
    if found := FROM_DISK.match(line):
        file = Path(found[1])
        return file.name.split("-")[0], file.stat().st_size / 1e6
    return "", 0.0


def run(command: Sequence[str], last: deque[str] | None = None) -> Iterator[str]:
    """The lines that a command prints; it ends all of this where it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if last is not None:
                last.append(line)
            yield line
    if process.returncode:
        sys.exit("".join(last or ()) + "The packages could not be installed: pip's last lines stand above.")


def problem_of_opencv() -> str:
    """Why OpenCV can't be imported, in its own words; empty where it can."""
    command = (sys.executable, "-c", "import cv2")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


if __name__ == "__main__":
    main()
