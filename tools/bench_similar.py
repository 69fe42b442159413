"""Measures how long it takes to compare a class: `python -m tools.bench_similar 300`. Nothing is graded.

The submissions are those of fixtures/disguises.py, over and over with other numbers in them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fixtures.corpus.case import correct
from fixtures.corpus.layout import folder
from fixtures.disguises import disguises, honest
from grader import intake
from grader.classroom.similar.claims import same_answers, same_logs
from grader.classroom.similar.code import shares
from grader.records.submission import Slice, Submission

NUMBER = re.compile(r"\b(\d{2,3})\b")


def bench(count: Annotated[int, typer.Argument(help="Submissions.")] = 300) -> None:
    """Compare the code, the logs and the answers of everybody with everybody's, and print the time."""
    class_ = list(islice(_class(), count))
    saved = [one.saved for one in class_]
    wall, cpu = time.monotonic(), time.process_time()
    code = shares([one.slice for one in class_])
    found = {**same_logs(saved), **same_answers(saved)}
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    print(f"{count} submissions: {wall:.1f} s, {cpu:.1f} s of processor time.")
    print(f"{len(code)} pairs share code, {len(found)} share logs or answers.")


def _class() -> Iterator[Submission]:
    """As many as are asked for, no two the same."""
    notebooks = [(correct(), folder), *((one, folder) for one in honest().values()), *disguises().values()]
    with TemporaryDirectory() as scratch:
        base = [
            intake.read(layout(one, {}, Path(scratch), f"s{n}")) for n, (one, layout) in enumerate(notebooks)
        ]
    for number, one in enumerate(cycle(base)):
        yield replace(one, slice=renumbered(one.slice, number // len(base)))


def renumbered(slice_: Slice, number: int) -> Slice:
    """The same code with every number of two or three digits a little larger."""
    modules = tuple(
        replace(
            module,
            chunks=tuple(
                replace(chunk, source=NUMBER.sub(lambda m: str(int(m[1]) + number), chunk.source))
                for chunk in module.chunks
            ),
        )
        for module in slice_.modules
    )
    return replace(slice_, modules=modules)


if __name__ == "__main__":
    typer.run(bench)
