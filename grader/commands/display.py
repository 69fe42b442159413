"""What people see while they wait: live lines on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from grader.engines.local import Done, Said
from grader.paths import shown
from grader.records.progress import Progress

if TYPE_CHECKING:
    from grader.classroom.batch import Task

Listener = Callable[[Progress], None]


@contextmanager
def watching(name: str, console: Console) -> Iterator[Listener]:
    """A listener that shows the progress of one submission on `console` until the block ends."""
    if not console.is_terminal:
        yield _plain(name, console)
        return
    with _bars(console) as bars:
        task = bars.add_task(shown(name), total=None)
        yield lambda progress: bars.update(
            task, description=_words(name, progress), completed=progress.done, total=progress.total or None
        )


def watching_class(
    events: Iterable[Said[Task] | Done[Task]], total: int, console: Console
) -> Iterator[Done[Task]]:
    """Passes on what ended, and shows meanwhile how far the class is and when it will be done."""
    started, done, failed = time.monotonic(), 0, 0
    with _bars(console, disable=not console.is_terminal) as bars:
        whole = bars.add_task(f"{total} submissions", total=total)
        lines: dict[str, TaskID] = {}
        for event in events:
            name = event.task.name
            if isinstance(event, Said):
                if name not in lines:
                    lines[name] = bars.add_task("", total=None)
                bars.update(lines[name], description=_words(name, event.progress))
                continue
            if name in lines:
                bars.remove_task(lines.pop(name))
            done, failed = done + 1, failed + bool(event.problem)
            rest = _rest(started, done, total)
            bars.update(whole, completed=done, description=f"{done - failed} graded, {failed} failed, {rest}")
            if event.problem or not console.is_terminal:
                said = f"failed: {event.problem}" if event.problem else event.result
                say(bars.console, f"[{done}/{total}] {name}: {said} ({event.seconds:.1f} s; {rest})")
            yield event


def say(console: Console, text: str) -> None:
    """One line, as it is: no markup, no wrapping, no control characters."""
    console.print(shown(text), markup=False, highlight=False, soft_wrap=True)


def _plain(name: str, console: Console) -> Listener:
    stage = ""

    def listen(progress: Progress) -> None:
        nonlocal stage
        if progress.stage != stage:
            stage = progress.stage
            say(console, f"{name}: {stage}")

    return listen


def _bars(console: Console, disable: bool = False) -> Bars:
    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=disable,
    )


def _words(name: str, progress: Progress) -> str:
    return " · ".join(shown(word) for word in (name, progress.stage, progress.detail) if word)


def _rest(started: float, done: int, total: int) -> str:
    seconds = (time.monotonic() - started) / done * (total - done)
    return f"{timedelta(seconds=round(seconds))} left" if done < total else "done"
