"""Attack the wall: grade every submission of the attack corpus on every rung that this machine has.

`python -m tools.attacks [--rung NAME] [--only WORDS] [--again] [--jobs N]` prints what held, and writes the
table of SECURITY.md when all of the corpus was tried. Results are kept: `--again` tries what did not hold, or
what is new. Exits with 1 if anything did not hold that is not known to be open (`fixtures/attacks/open.py`).
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO

from fixtures.attacks import ATTACKS, GROUPS, NEXT, OPEN, Attack
from fixtures.attacks.arena import SECRET
from grader.sandbox.isolation import explain, survey_all, warm
from grader.sandbox.ladder import LANDLOCK, RUNGS
from grader.sandbox.parent import Parent
from grader.sandbox.staging import ROOT

PAGE = ROOT / "SECURITY.md"
RESULTS = ROOT / "build" / "attacks.jsonl"
ONCE = {attack.name for group in GROUPS if group.once for attack in group.attacks}
START, END = "<!-- written by make attacks -->", "<!-- end -->"
SILENCE = 900.0  # seconds until a process that tells nothing is given up


@dataclass(frozen=True, slots=True)
class Result:
    """What an attack came to on one rung; no `faults`: the wall held."""

    name: str
    rung: str
    faults: tuple[str, ...] = ()
    score: float = 0.0
    seconds: float = 0.0
    peak: int = 0  # bytes of the trusted process
    computed: float = 0.0  # seconds of its processor time


# --- in a process of its own: a grader that grades one attack after another --------------------------


def serve(rung: str, names: Sequence[str]) -> None:
    """Try attacks and write each result as a line of JSON to what was our standard output."""
    report = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    if rung == LANDLOCK.name:
        as_in_a_container()
    from fixtures.attacks.trial import attempt

    with _parent(rung) as parent:
        for name in names:
            trial = attempt(ATTACKS[name], rung.partition(",")[0], parent)
            result = Result(
                name,
                rung,
                tuple(trial.faults),
                trial.score,
                round(trial.seconds, 1),
                trial.peak,
                round(trial.computed, 1),
            )
            report.write(json.dumps(asdict(result)) + "\n")


@contextmanager
def _parent(rung: str) -> Iterator[Parent | None]:
    """What forks the workers of a rung that says so."""
    isolation, _, forked = rung.partition(",")
    if not forked:
        yield None
        return
    with warm(RUNGS[isolation], "cpu") as parent:
        if parent is None:
            raise SystemExit(f"no worker can be forked under {isolation} here")
        yield parent


def as_in_a_container() -> None:
    """Give up what containers refuse, new namespaces above all: there this rung must hold with the least."""
    import pyseccomp

    refused = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in ("unshare", "setns", "mount", "umount2", "pivot_root"):
        refused.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    refused.load()


# --- in ours ---------------------------------------------------------------------------------------


def trials(rung: str, names: Sequence[str], jobs: int) -> Iterator[Result]:
    """Try attacks in `jobs` processes, each of which then grades one more submission, which must be right."""
    attacks = [name for name in names if name != NEXT.name]
    shards = [[*attacks[start::jobs], NEXT.name] for start in range(jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        for results in pool.map(partial(_shard, rung), shards):
            yield from results


def _shard(rung: str, names: Sequence[str]) -> list[Result]:
    """Try attacks in one process; where it crashes, it is the running attack's doing, and another goes on."""
    left, results = list(names), []
    while left:
        with _started(rung, left) as process:
            assert process.stdout is not None
            for result in _told(process.stdout):
                _report(result)
                results.append(result)
                left.remove(result.name)
            process.kill()
            code = process.wait()
        if left:
            name = left.pop(0)
            results.append(Result(name, rung, (f"the grader crashed or hung (exit code {code})",)))
            _report(results[-1])
    return results


def _started(rung: str, names: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tools.attacks", "--serve", rung, *names]
    environment = {**os.environ, SECRET: secrets.token_hex(16), "FCN_CAM_WEIGHTS": "seeded"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _told(stream: IO[str]) -> Iterator[Result]:
    while select.select([stream], [], [], SILENCE)[0] and (line := stream.readline()):
        yield _read(line)


def _read(line: str) -> Result:
    values = json.loads(line)
    return Result(**{**values, "faults": tuple(values["faults"])})


Known = dict[tuple[str, str], Result]  # by name and rung


def load(path: Path) -> Known:
    """Results of earlier runs, of an attack that was tried again the last."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {(result.name, result.rung): result for result in map(_read, lines)}


def keep(path: Path, results: Sequence[Result]) -> Known:
    """Add results to those that are kept; the next submission, tried several times, held if it always did."""
    note(path, sorted(results, key=lambda result: len(result.faults)))
    return load(path)


def note(path: Path, results: Sequence[Result]) -> None:
    """Write results down, each as a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(result)) + "\n" for result in results)


def known_open(result: Result) -> bool:
    """Whether an attack that did not hold is one of those that are known to, by its name."""
    return bool(result.faults) and result.name in OPEN


def _report(result: Result) -> None:
    """Print a result, and write it down at once: `--again` goes on from there, however this run ends."""
    failed = "OPEN" if known_open(result) else "NOT HELD"
    word = f"{failed}: {'; '.join(result.faults)}" if result.faults else "held"
    name = ascii(result.name)[1:-1][:30]
    cost = f"{result.seconds:6.1f} s, trusted {result.computed:5.1f} s {result.peak / 2**30:4.1f} GiB"
    print(f"{result.rung:13} {name:30} {cost} {result.score:6.2f} points  {word}", flush=True)
    note(RESULTS, [result])


# --- the table --------------------------------------------------------------------------------------


def table(results: Sequence[Result]) -> str:
    """Attack x rung, as Markdown."""
    rungs = sorted({result.rung for result in results})
    by = {(result.name, result.rung): result for result in sorted(results, key=lambda r: len(r.faults))}
    lines = [_figures(results, rungs), ""]
    for group in GROUPS:
        lines += [f"### {group.title.capitalize()}", "", f"| attack | it tries to | {' | '.join(rungs)} |"]
        lines += ["|---|---|" + "---|" * len(rungs)]
        lines += [_row(attack, [by.get((attack.name, rung)) for rung in rungs]) for attack in group.attacks]
        lines += [""]
    return "\n".join(lines)


def _figures(results: Sequence[Result], rungs: Sequence[str]) -> str:
    held = {rung: [not r.faults for r in results if r.rung == rung] for rung in rungs}
    counts = "; ".join(f"{rung}: {len(ok)} tried, {sum(ok)} held" for rung, ok in held.items())
    if not results:
        return f"{counts}."
    largest, longest = max(results, key=lambda r: r.peak), max(results, key=lambda r: r.computed)
    memory = f"{largest.peak / 2**30:.1f} GiB ({_shown(largest.name)})"
    processor = f"{longest.computed:.0f} s of processor time ({_shown(longest.name)})"
    return f"{counts}. The trusted process took at most {memory} and {processor}."


def _row(attack: Attack, results: Sequence[Result | None]) -> str:
    absent = "" if attack.name in ONCE else "not tried"
    cells = [absent if result is None else _cell(result) for result in results]
    return f"| {_shown(attack.name)} | {attack.tries} | {' | '.join(cells)} |"


def _shown(name: str) -> str:
    return ascii(name)[1:-1].translate({ord(char): f"\\{char}" for char in "|<>[]*_`"})


def _cell(result: Result) -> str:
    return f"**{'; '.join(result.faults)}**" if result.faults else "held"


def write(page: Path, text: str) -> None:
    """Put the table between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rung", action="append", help="only this rung")
    parser.add_argument("--only", default="", help="only attacks whose name holds these words")
    parser.add_argument("--again", action="store_true", help="only what did not hold, or was not tried yet")
    cores = os.cpu_count() or 2
    parser.add_argument("--jobs", type=int, default=cores + 1)  # many only wait for their time-out
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve(options.serve[0], options.serve[1:])
        return 0
    if not (options.again or options.only or options.rung):
        RESULTS.unlink(missing_ok=True)
    known, here = load(RESULTS), _rungs()
    wanted = {(name, rung) for rung in here for name in ATTACKS if rung == here[-1] or name not in ONCE}
    begun = time.monotonic()
    results = []
    for rung in options.rung or here:
        names = [
            name for name in ATTACKS if options.only in name and (options.rung or (name, rung) in wanted)
        ]
        if options.again:
            names = [n for n in names if (n, rung) not in known or known[n, rung].faults]
        tried = list(trials(rung, names, options.jobs)) if names else []
        results += tried
        known = keep(RESULTS, tried)
    print(f"\n{_figures(results, options.rung or here)} {time.monotonic() - begun:.0f} s.")
    if all(key in known for key in wanted):
        write(PAGE, table([known[key] for key in sorted(wanted)]))
    return 1 if any(result.faults and not known_open(result) for result in results) else 0


def _rungs() -> list[str]:
    rows = [row for row in survey_all() if row.isolation.name != "none"]
    for row in rows:
        print(f"{row.name}: {explain(row)}")
    return [row.name for row in rows if row.holds]


if __name__ == "__main__":
    sys.exit(main())
