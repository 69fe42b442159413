"""What this machine offers: how student code can be held, where models run, which versions are installed."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

import psutil
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader import __version__
from grader.sandbox import isolation
from grader.sandbox.probe import ProbeRow

REFUSES = "Student code can't be held here: grading refuses unless told --isolation none."


def examine() -> RenderableType:
    """The facts and the probe's table, for a rich console; tries every isolation out."""
    rows = isolation.survey_all()
    names = [row.name for row in rows if row.holds and not row.forked]
    held = next((name for name in names if name != "none"), "")
    verdict = (
        Text(f"Student code is held by {held}.", style="green") if held else Text(REFUSES, style="bold red")
    )
    return Group(_facts(), "", _rungs(rows), verdict)


def _facts() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    memory = psutil.virtual_memory()
    for name, value in (
        ("grader", __version__),
        ("Python", f"{platform.python_version()} on {platform.system()} {platform.release()}"),
        ("PyTorch", version("torch")),
        ("device", _device()),
        ("cores", str(os.cpu_count())),
        ("memory", f"{memory.available / 2**30:.0f} of {memory.total / 2**30:.0f} GiB free"),
    ):
        table.add_row(Text(name, style="dim"), Text(value))
    return table


def _device() -> str:
    import torch

    return f"cuda: {torch.cuda.get_device_name()}" if torch.cuda.is_available() else "cpu (no CUDA device)"


def _rungs(rows: list[ProbeRow]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("isolation", "holds", "what was found", "not covered"):
        table.add_column(title)
    for row in rows:
        name = row.name
        found = "every attempt succeeded, as it must" if name == "none" else isolation.explain(row)
        holds = Text("yes", style="green") if row.holds else Text("no", style="red")
        table.add_row(name, holds, Text(found), Text("\n".join(row.isolation.does_not_cover), style="dim"))
    return table
