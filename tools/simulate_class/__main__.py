"""How long a class takes on 1 to 64 machines: `python -m tools.simulate_class [OUT]`.

OUT are reports whose times are taken; without, those of recorded.json: 131 gradings without training, on two
cores that were busy with other work. `--check` holds the model against real runs of sleeping tasks, with Ray.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from tools.simulate_class.model import Cluster, ideal, simulate

RECORDED = Path(__file__).with_name("recorded.json")
HEAD = (
    "| machines | ideal | makespan | of ideal | with failures | of ideal | failed | graded again | given up |"
)
MACHINES = (1, 2, 4, 8, 16, 32, 64)
# Seconds, rather too many: packing a submission took 2 ms of processor time, keeping its reports 1 ms, a task
# beside its sleep 0.16 s, the imports of a grading 3 s.
SEND, KEEP, EACH, START = 0.01, 0.01, 0.3, 6.0


def main(
    out: Annotated[Path | None, typer.Argument(help="A folder of reports.")] = None,
    count: Annotated[int, typer.Option(help="Submissions.")] = 4000,
    slots: Annotated[int, typer.Option(help="Submissions at once on a machine.")] = 2,
    between: Annotated[float, typer.Option(help="Hours from one failure of a machine to its next.")] = 1.0,
    repair: Annotated[float, typer.Option(help="Minutes until it is back.")] = 10.0,
    check: Annotated[bool, typer.Option("--check", help="Hold the model against real runs.")] = False,
) -> None:
    """Print tables in Markdown."""
    times = recorded(out)
    if check:
        compare([seconds / 20 for seconds in Random(0).choices(times, k=24)])
        return
    durations = Random(0).choices(times, k=count)
    mean = sum(durations) / count
    print(f"{count} submissions, {mean:.0f} s each in the mean, {slots} at once on each machine.\n")
    print(f"{HEAD}\n{'|--:' * HEAD.count(' | ')}|--:|")
    for machines in MACHINES:
        print(_row(durations, machines, slots, between * 3600, repair * 60))


def recorded(out: Path | None) -> list[float]:
    """Seconds of gradings, all stages together."""
    if out is None:
        return [sum(stages.values()) for stages in json.loads(RECORDED.read_text())]
    reports = [json.loads(path.read_text()) for path in sorted(out.glob("*/report.json"))]
    if not reports:
        raise typer.BadParameter(f"{out} holds no reports.")
    return [report["provenance"]["seconds"] for report in reports]


def _row(durations: Sequence[float], machines: int, slots: int, between: float, repair: float) -> str:
    best = ideal(durations, machines, slots)
    calm = simulate(durations, Cluster(machines, slots, SEND, KEEP, EACH, START))
    rough = simulate(durations, Cluster(machines, slots, SEND, KEEP, EACH, START, between, repair))
    assert calm.nothing_lost_nothing_doubled and rough.nothing_lost_nothing_doubled
    cells = [
        *(f"{machines}", _hours(best), _hours(calm.makespan), f"{calm.makespan / best:.2f}"),
        *(_hours(rough.makespan), f"{rough.makespan / best:.2f}", f"{rough.failures}", f"{rough.again}"),
        f"{rough.given_up}",
    ]
    return f"| {' | '.join(cells)} |"


def compare(durations: Sequence[float]) -> None:
    """What each grading costs beside its work is taken from one machine; two and four are foretold."""
    from tools.simulate_class import real

    print("| machines | ideal | real | model | real / model |\n|--:|--:|--:|--:|--:|")
    each = 0.0
    for machines in (1, 2, 4):
        with TemporaryDirectory() as scratch:
            took = real.seconds(durations, machines, Path(scratch))
        each = each or (took - sum(durations)) / len(durations)
        told = simulate(durations, Cluster(machines, 1, each=each)).makespan
        best = ideal(durations, machines, 1)
        print(f"| {machines} | {best:.1f} s | {took:.1f} s | {told:.1f} s | {took / told:.2f} |", flush=True)
    print(f"\nEach of {len(durations)} tasks cost {each:.2f} s beside its sleep, on one machine.")


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f} h"


if __name__ == "__main__":
    typer.run(main)
