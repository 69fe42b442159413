"""Measures, calibrates and grades on a machine that has a GPU for a few minutes: `make gpu`.

    make gpu ARGS="pack [--data FOLDER]"             here: fill build/gpu with what that machine lacks
    python3 -m tools.gpu run build/gpu --out OUT     there: everything, the most valuable first

Every step is a process of its own with a limit of its own, and keeps what it finds at once: one that fails or
is cut off stops no other. `make calibrate ARGS="smoke --from OUT"` turns the results into tables.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

HOME = Path("/tmp/gpu")  # on that machine
SITE, PROGRAMS, DATA, REPORTS = (HOME / name for name in ("site-packages", "programs", "data", "reports"))
LOG = "log.txt"
QUIET = {  # nothing held back, no plugins of other people's, cores for everybody
    "PYTHONUNBUFFERED": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OMP_NUM_THREADS": "4",
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # else who has asked for a card can fork no user of it
}
LEFT_OVER = 12.0  # seconds kept for the end
FIRST = "short-edges"  # the plan that is worth most
ONE, SEEDS = ["--seeds", "1", "--weak-seeds", "0"], ["--seeds", "8", "--weak-seeds"]
FEW = ["--steps", "1"]
DONE = "done.txt"
TESTS = ("tests/grader/training/test_resuming.py", "tests/grader/worker/test_stepping.py")


@dataclass(frozen=True, slots=True)
class Step:
    """A command, how many seconds it may take, and whether it is run again though it came to its end."""

    name: str
    words: Sequence[str]
    seconds: float
    again: bool = False


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
        """Run a step, unless an earlier call came to its end; say how it ended."""
        if step.name in self.done and not step.again:
            return self.say(step.name, "done before", 0)
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
        if ended == "exit code 0":
            with (self.out / DONE).open("a", encoding="utf-8") as done:
                done.write(f"{step.name}\n")
        return self.say(step.name, ended, time.monotonic() - begun)

    @property
    def done(self) -> list[str]:
        """The steps that came to their end, in this call or before."""
        path = self.out / DONE
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

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
    """Do everything: prepare, see that training works at all, measure alone on the card, then all tracks."""
    out, device, quick = str(runner.out), options.device, options.quick
    runner(Step("prepare", ["-m", "tools.gpu.prepare", str(options.folder)], 120))
    runner(Step("facts", ["-m", "tools.gpu.facts"], 30))
    runner(Step("walls", ["-m", "tools.gpu.walls", out, device], 90))
    rung = proved(runner, device, quick)
    if not rung:
        print("nothing can be trained here: see the log", flush=True)
        return
    print(f"isolation from here on: {rung}", flush=True)
    runner(Step("steps", ["-m", "tools.gpu.steps", out, device, *(["--quick"] if quick else [])], 75))
    tracks = rehearsal(out, device, rung) if quick else everything(out, device, rung)
    with ThreadPoolExecutor(len(tracks)) as pool:
        list(pool.map(runner.track, tracks))
    with suppress(FileNotFoundError):
        shutil.copy(HOME / "agree" / "agree.ndjson", runner.out)


def proved(runner: Runner, device: str, quick: bool) -> str:
    """The first isolation in which a network was trained: the strongest that held, or none; "" if in neither.

    So a machine on which nothing works is given back before its minutes are spent.
    """
    log = runner.out / f"{FIRST}-{device}.jsonl"
    for rung in dict.fromkeys((chosen(runner.out, device), "none")):
        words = [*ONE, *(FEW if quick else [])]
        runner(calibrate(FIRST, str(runner.out), device, rung, words, 120))
        if log.exists() and len(log.read_text().splitlines()) > 1:  # more than its head
            return rung
    return ""


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
    """What runs side by side: tracks whose runs the card bounds, and one that the processors bound."""
    plan = partial(calibrate, out=out, device=device, rung=rung)
    return [
        [
            plan(FIRST, words=[*SEEDS, "0", "--jobs", "2"], seconds=430),
            tables(out),
            grade(FIRST, out, device, rung, "alice", "crop-from-0"),
            plan(FIRST, words=[*SEEDS, "1", "--jobs", "2"], seconds=330),
            tables(out),
        ],
        [
            plan("offline", words=[*SEEDS, "0", "--jobs", "3"], seconds=430),
            tables(out),
            plan("offline", words=[*SEEDS, "1", "--jobs", "3"], seconds=330),
            tables(out),
            plan("full-edges", words=[*ONE, "--only", "fcn8s"], seconds=400),
        ],
        [tested(120), agree(device, [], 600)],
    ]


def rehearsal(out: str, device: str, rung: str) -> list[list[Step]]:
    """One seed, one step an epoch, no training in gradings: the same paths, in minutes on two cores."""
    plan = partial(calibrate, out=out, device=device, rung=rung, words=[*ONE, *FEW], seconds=600)
    words = ["-m", "tools.gpu.gradings", out, str(REPORTS), device, rung, "none", "alice", "crop-from-0"]
    plans = [plan(name) for name in ("real-smoke", "offline", "full-edges")]
    graded, proved = Step("grade", words, 600), agree(device, ["--only", "the_base"], 600)
    return [[*plans, tables(out), tested(600), graded, proved]]


def calibrate(plan: str, out: str, device: str, rung: str, words: Sequence[str], seconds: float) -> Step:
    """Calibrate a plan; what was run before is not run again."""
    command = ["-m", "tools.calibrate", plan, "--device", device, "--isolation", rung, "--work", out, *words]
    return Step(f"calibrate {plan} {' '.join(words)}", command, seconds)


def tables(out: str) -> Step:
    """Write the tables of what was run so far, for the gradings."""
    return Step("tables", ["-m", "tools.calibrate", "smoke", "--from", out], 30, again=True)


def grade(plan: str, out: str, device: str, rung: str, *who: str) -> Step:
    """Grade submissions by a plan."""
    words = ["-m", "tools.gpu.gradings", out, str(REPORTS), device, rung, plan, *who]
    return Step(f"grade by {plan}", words, 200)


def tested(seconds: float) -> Step:
    """Run the tests that look otherwise at a machine with a card: runs that go on, recorded steps."""
    return Step("tests", ["-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS], seconds)


def agree(device: str, words: Sequence[str], seconds: float) -> Step:
    """Train what certify proves of the corpus, as far as it comes."""
    command = ["-m", "fixtures.corpus", "agree", "--device", device, "--jobs", "3", *words]
    return Step("agree", [*command, "--keep", str(HOME / "agree")], seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
