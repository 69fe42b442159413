"""Measures the review of a made-up class: how long it takes from Enter to the next screen.

`python -m tools.bench_review`. Each answer is marked over HTTP as a browser does: the form, what it leads to,
the next page.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import psutil
import typer

from fixtures.review_class import write
from fixtures.review_session import Session

LINE = "questions.question1"
LIMIT = 0.100  # seconds that 95 of 100 screens may take


def bench(
    submissions: Annotated[int, typer.Option(help="Size of the class.")] = 1000,
    answers: Annotated[int, typer.Option(help="Answers to mark, at most.")] = 1000,
) -> None:
    """Print the times of all screens; end with 1 where too many take too long."""
    with TemporaryDirectory() as scratch:
        out = Path(scratch) / "reports"
        write(out, submissions)
        start = time.perf_counter()
        session = Session(out)
        print(f"{submissions} submissions are there after {time.perf_counter() - start:.1f} s")
        before = psutil.Process(session.process.pid).cpu_times().user
        try:
            seconds = measured(session, answers)
            process = psutil.Process(session.process.pid)
            memory, busy = process.memory_info().rss / 2**20, process.cpu_times().user - before
        finally:
            session.end()
    print(told(seconds))
    print(f"{1000 * busy / len(seconds):.0f} ms of processor time each, {memory:.0f} MiB of memory")
    sys.exit(percentile(seconds, 95) > LIMIT)


def measured(session: Session, answers: int) -> list[float]:
    """Seconds from a form to the next screen, answer by answer."""
    path, page = session.page(f"/queue/{LINE}")
    seconds = list[float]()
    for number in count(1):
        start = time.perf_counter()
        path, page = session.page(session.mark(path, page, f"Comment {number % 20}."))
        seconds.append(time.perf_counter() - start)
        if 'class="mark"' not in page or number == answers:
            return seconds
    raise AssertionError("count ends never")


def told(seconds: Sequence[float]) -> str:
    """A line of percentiles."""
    shares = ", ".join(f"p{share} {1000 * percentile(seconds, share):.0f} ms" for share in (50, 95, 99))
    return (
        f"{len(seconds)} answers marked, to the next screen: {shares}, at most {1000 * max(seconds):.0f} ms"
    )


def percentile(seconds: Sequence[float], share: int) -> float:
    """The value that `share` of 100 are not above."""
    return sorted(seconds)[max(0, -(-len(seconds) * share // 100) - 1)]


if __name__ == "__main__":
    typer.run(bench)
