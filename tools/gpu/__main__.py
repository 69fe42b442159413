"""Measures, calibrates and grades on a machine that has a GPU for a few minutes: `make gpu`.

    make gpu ARGS="pack [--data FOLDER]"             here: fill build/gpu with what that machine lacks
    python3 -m tools.gpu run build/gpu --out OUT     there: everything, the most valuable first

Every step is a process of its own with a limit of its own, and keeps what it finds at once: one that fails or
is cut off stops no other. `make calibrate ARGS="smoke --from OUT"` turns the results into tables.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HOME = Path("/tmp/gpu")  # on that machine
SITE, PROGRAMS, DATA, REPORTS = (HOME / name for name in ("site-packages", "programs", "data", "reports"))
LOG = "log.txt"
QUIET = {  # nothing held back, no plugins of other people's, cores for everybody
    "PYTHONUNBUFFERED": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OMP_NUM_THREADS": "4",
}
LEFT_OVER = 12.0  # seconds kept for the end


@dataclass(frozen=True, slots=True)
class Step:
    """A command, and how many seconds it may take."""

    name: str
    words: Sequence[str]
    seconds: float


def main(arguments: list[str]) -> int:
    """Pack, or run."""
    parser = argparse.ArgumentParser(prog="python -m tools.gpu")
    parser.add_argument("what", choices=("pack", "run"))
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/gpu"))
    parser.add_argument("--data", type=Path, help="where the data set is, if not in the cache")
    parser.add_argument("--out", type=Path, default=Path("build/gpu-results"))
    parser.add_argument("--seconds", type=float, default=530.0, help="for everything")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--quick", action="store_true", help="rehearse: a step or two of each")
    options = parser.parse_args(arguments)
    if options.what == "pack":
        from reference import download
        from tools.gpu.pack import pack

        pack(options.folder, options.data or download.cache())
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    run(Runner(options.out.resolve(), time.monotonic() + options.seconds), options)
    return 0


class Runner:
    """Runs steps, each with its own limit and none beyond the end."""

    def __init__(self, out: Path, end: float) -> None:
        self.out, self.end = out, end

    def __call__(self, step: Step) -> bool:
        """Run a step; say how it ended."""
        allowed = min(step.seconds, self.end - LEFT_OVER - time.monotonic())
        if allowed <= 1:
            return self.say(step.name, "no time left", 0)
        begun = time.monotonic()
        with (self.out / LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *step.words],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,
            )
            try:
                ended = f"exit code {process.wait(allowed)}"
            except subprocess.TimeoutExpired:
                ended = f"stopped after {allowed:.0f} s"
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return self.say(step.name, ended, time.monotonic() - begun)

    def say(self, name: str, ended: str, seconds: float) -> bool:
        print(f"{time.strftime('%H:%M:%S')} {name}: {ended}, {seconds:.1f} s", flush=True)
        return ended == "exit code 0"

    def track(self, steps: Sequence[Step]) -> None:
        """Run steps one after another."""
        for step in steps:
            self(step)


def environment() -> Mapping[str, str]:
    """What steps are run with: our packages first, our programs too, the data where it was unpacked."""
    beside = {"PYTHONPATH": f"{SITE}", "FCN_CAM_DATA": str(DATA)} if SITE.exists() else {}
    path = f"{PROGRAMS / 'usr/bin'}:{os.environ['PATH']}"
    return {**os.environ, **beside, "PATH": path, **QUIET}


def run(runner: Runner, options: argparse.Namespace) -> None:
    """Do everything: prepare, measure alone on the card, then the rest in two tracks."""
    out, device, quick = str(runner.out), options.device, options.quick
    runner(Step("prepare", ["-m", "tools.gpu.prepare", str(options.folder)], 120))
    runner(Step("facts", ["-m", "tools.gpu.facts"], 30))
    runner(Step("walls", ["-m", "tools.gpu.walls", out, device], 90))
    runner(Step("steps", ["-m", "tools.gpu.steps", out, device, *(["--quick"] if quick else [])], 120))
    rung = chosen(runner.out, device)
    print(f"isolation from here on: {rung}", flush=True)
    if not quick:
        runner(calibrate("short-edges", out, device, rung, ["--seeds", "1", "--weak-seeds", "0"], 90))
    tracks = rehearsal(out, device, rung) if quick else everything(out, device, rung)
    with ThreadPoolExecutor(len(tracks)) as pool:
        list(pool.map(runner.track, tracks))


def chosen(out: Path, device: str) -> str:
    """The strongest rung that held and inside of which the card computed, else "none"."""
    from tools.gpu.results import read

    for found in read(out):
        if found["what"] == "wall" and found["rung"] != "none":
            works, possible = (found["probe"][device][key] for key in ("works", "possible"))
            if works and not possible and (device == "cpu" or found["seen"].get("multiplies")):
                return str(found["rung"])
    return "none"


def everything(out: str, device: str, rung: str) -> list[list[Step]]:
    """What runs side by side: a track whose runs the card bounds, and one of which much is drawing."""
    return [
        [
            calibrate(
                "short-edges", out, device, rung, ["--seeds", "8", "--weak-seeds", "0", "--jobs", "2"], 240
            ),
            tables(out),
            grade("short-edges", out, device, rung),
            calibrate(
                "short-edges", out, device, rung, ["--seeds", "8", "--weak-seeds", "1", "--jobs", "2"], 240
            ),
        ],
        [
            calibrate(
                "real-smoke", out, device, rung, ["--seeds", "12", "--weak-seeds", "2", "--jobs", "2"], 180
            ),
            calibrate(
                "offline", out, device, rung, ["--seeds", "8", "--weak-seeds", "0", "--jobs", "4"], 240
            ),
            tables(out),
            grade("offline", out, device, rung),
            calibrate(
                "offline", out, device, rung, ["--seeds", "8", "--weak-seeds", "1", "--jobs", "4"], 240
            ),
        ],
    ]


def rehearsal(out: str, device: str, rung: str) -> list[list[Step]]:
    """One seed, one step an epoch, no training in gradings: the same paths, in minutes on two cores."""
    few = ["--seeds", "1", "--weak-seeds", "0", "--steps", "1"]
    plans = ("real-smoke", "short-edges", "offline")
    calibrations = [calibrate(plan, out, device, rung, few, 600) for plan in plans]
    words = ["-m", "tools.gpu.gradings", out, str(REPORTS), device, rung, "none", "alice", "crop-from-0"]
    return [[*calibrations, tables(out), Step("grade", words, 600)]]


def calibrate(plan: str, out: str, device: str, rung: str, words: Sequence[str], seconds: float) -> Step:
    """Calibrate a plan; what was run before is not run again."""
    command = ["-m", "tools.calibrate", plan, "--device", device, "--isolation", rung, "--work", out, *words]
    return Step(f"calibrate {plan} {' '.join(words)}", command, seconds)


def tables(out: str) -> Step:
    """Write the tables of what was run so far, for the gradings."""
    return Step("tables", ["-m", "tools.calibrate", "smoke", "--from", out], 30)


def grade(plan: str, out: str, device: str, rung: str) -> Step:
    """Grade the submissions by a plan."""
    return Step(f"grade by {plan}", ["-m", "tools.gpu.gradings", out, str(REPORTS), device, rung, plan], 200)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
