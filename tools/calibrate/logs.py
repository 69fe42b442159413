"""Finished runs, kept as lines of JSON: what they are runs of, then a line for each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.training.plans import Plan
from tools.calibrate.table import Row


@dataclass(frozen=True, slots=True)
class Log:
    """The plan that was run, with what it was run on, and the runs."""

    plan: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    rows: tuple[Row, ...] = ()


def read(path: Path) -> Log:
    """Read what is kept; a last line that was cut off is left out."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    head, *rows = map(json.loads, lines or ["{}"])
    return Log(head.get("plan", {}), head.get("source", ""), tuple(rows))


def open_for(path: Path, plan: Plan, source: str) -> Log:
    """Read what is kept of a plan, or begin anew where it is of another, or of a plan that was changed."""
    known = read(path)
    if known.plan == asdict(plan):
        whole = path.read_text(encoding="utf-8").rpartition("\n")
        path.write_text(f"{whole[0]}\n", encoding="utf-8")  # a line that was cut off would spoil the next
        return known
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"plan": asdict(plan), "source": source}) + "\n", encoding="utf-8")
    return read(path)


def add(path: Path, row: Row) -> None:
    """Keep a run: one write, so that several processes can."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
