"""Attack the wall: grade every submission of the attack corpus, held as this machine can hold workers.

`python -m tools.attacks [--all] [--rung NAME] [--only WORDS] [--again] [--jobs N]` prints what held. What
tries the sandbox is tried on every rung; what tries the judging, which is the same code on all of them, once,
on the rung that a class is graded on: every second attack of each kind, or with `--all` each, which writes
the table of SECURITY.md. Results and durations are kept in build/attacks.jsonl: `--again` tries what did not
hold, or is new. Exits with 1 if anything did not hold that is not known to be open
(`fixtures/attacks/open.py`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from fixtures.attacks import ATTACKS, GROUPS, NEXT, OPEN, Attack
from fixtures.attacks.results import Key, Known, Result, load, note
from fixtures.attacks.trying import FORKED, spent, trials
from grader.engines.cores import cores
from grader.paths import ROOT
from grader.sandbox.isolation import explain, survey_all

PAGE = ROOT / "SECURITY.md"
RESULTS = ROOT / "build" / "attacks.jsonl"
ONCE = {attack.name for group in GROUPS if group.once for attack in group.attacks}
SECOND = {attack.name for group in GROUPS if group.once for attack in group.attacks[1::2]}
START, END = "<!-- written by make attacks -->", "<!-- end -->"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if not (options.again or options.only or options.rung):
        RESULTS.unlink(missing_ok=True)
    here = _rungs()
    known, planned = load(RESULTS), plan(here)
    asked = chosen(planned, options.rung, options.only)
    if not (options.all or options.only or options.rung):
        asked = usual(asked)
    wanted = [key for key in asked if not (options.again and _held(known, key))]
    begun, computed, results = time.monotonic(), spent(), list[Result]()
    for result in trials(wanted, options.jobs) if wanted else ():
        _report(result)
        results.append(result)
    print(f"\n{figures(results)}")
    if results:
        print(f"{time.monotonic() - begun:.0f} s; the machine computed for {spent() - computed:.0f} s.")
    known = load(RESULTS)
    if all(key in known for key in planned):
        write(PAGE, table([known[key] for key in planned]))
    return 1 if any(result.faults and not known_open(result) for result in results) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.attacks", description=__doc__)
    parser.add_argument("--all", action="store_true", help="each attack on the judging, not every second")
    parser.add_argument("--rung", action="append", help="only this rung, and all attacks on it")
    parser.add_argument("--only", default="", help="only attacks whose name holds these words")
    parser.add_argument("--again", action="store_true", help="only what did not hold, or was not tried yet")
    parser.add_argument("--jobs", type=int, default=len(cores()), help="cores that are used")
    return parser.parse_args(arguments)


def _rungs() -> list[str]:
    rows = [row for row in survey_all() if row.isolation.name != "none"]
    for row in rows:
        print(f"{row.name}: {explain(row)}")
    return [row.name for row in rows if row.holds]


def plan(here: Sequence[str]) -> list[Key]:
    """What is tried on which rung, what trains first; last the submission that nothing must have spoiled."""
    usual = next((rung for rung in here if rung.endswith(FORKED)), here[0] if here else "")
    return [
        (name, rung)
        for rung in here
        for name in sorted(ATTACKS, key=lambda name: (name == NEXT.name, ATTACKS[name].training == "none"))
        if rung == usual or name not in ONCE
    ]


def chosen(planned: Sequence[Key], rungs: Sequence[str] | None, words: str) -> list[Key]:
    """What was asked for: all that is planned, or all attacks of some rungs; with these words in the name."""
    keys = [(name, rung) for rung in rungs for name in ATTACKS] if rungs else planned
    return [key for key in keys if words in key[0]]


def usual(planned: Sequence[Key]) -> list[Key]:
    """What is tried unless all is asked for: without every second attack of each kind that is judged once."""
    return [key for key in planned if key[0] not in SECOND]


def _held(known: Known, key: Key) -> bool:
    return key in known and not known[key].faults


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
    by = {(result.name, result.rung): result for result in results}
    lines = [figures(results), ""]
    for group in GROUPS:
        lines += [f"### {group.title.capitalize()}", "", f"| attack | it tries to | {' | '.join(rungs)} |"]
        lines += ["|---|---|" + "---|" * len(rungs)]
        lines += [_row(attack, [by.get((attack.name, rung)) for rung in rungs]) for attack in group.attacks]
        lines += [""]
    return "\n".join(lines)


def figures(results: Sequence[Result]) -> str:
    """How many were tried and held, by rung, and the most that the trusted process took."""
    if not results:
        return "Nothing was tried."
    counts = "; ".join(_count(rung, results) for rung in dict.fromkeys(result.rung for result in results))
    most, longest = max(results, key=lambda r: r.peak), max(results, key=lambda r: r.computed)
    memory = f"{most.peak / 2**30:.1f} GiB ({_shown(most.name)})"
    processor = f"{longest.computed:.0f} s of processor time ({_shown(longest.name)})"
    return f"{counts}. The trusted process took at most {memory} and {processor}."


def _count(rung: str, results: Iterable[Result]) -> str:
    held = [not result.faults for result in results if result.rung == rung]
    return f"{rung}: {len(held)} tried, {sum(held)} held"


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


if __name__ == "__main__":
    sys.exit(main())
