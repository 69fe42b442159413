"""What people see while they wait: a live line on a terminal, a plain line per stage elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from grader.finding import shown
from grader.records import Progress

Listener = Callable[[Progress], None]


@contextmanager
def watching(name: str, console: Console) -> Iterator[Listener]:
    """A listener that shows the progress of one submission on `console` until the block ends."""
    if not console.is_terminal:
        yield _plain(name, console)
        return
    with Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bars:
        task = bars.add_task(shown(name), total=None)

        def listen(progress: Progress) -> None:
            words = " · ".join(shown(word) for word in (name, progress.stage, progress.detail) if word)
            bars.update(task, description=words, completed=progress.done, total=progress.total or None)

        yield listen


def _plain(name: str, console: Console) -> Listener:
    stage = ""

    def listen(progress: Progress) -> None:
        nonlocal stage
        if progress.stage != stage:
            stage = progress.stage
            say(console, f"{name}: {stage}")

    return listen


def say(console: Console, text: str) -> None:
    """One line, as it is: no markup, no wrapping, no control characters."""
    console.print(shown(text), markup=False, highlight=False, soft_wrap=True)
