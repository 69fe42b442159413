"""What people see while they wait: live lines on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.progress import Task as Bar
from rich.text import Text

from grader.engines.work import Done, Said
from grader.paths import shown
from grader.records.progress import REMARK, Listener, Progress

if TYPE_CHECKING:
    from grader.classroom.remaining import Task

LONGEST = 300  # characters of a problem; its log has all of it


@contextmanager
def watching(name: str, console: Console) -> Iterator[Listener]:
    """A listener that shows the progress of one submission on `console` until the block ends."""
    if not console.is_terminal:
        yield _plain(name, console)
        return
    with _bars(console) as bars:
        lines: dict[str, TaskID] = {name: bars.add_task(shown(name), total=None)}
        yield lambda progress: _show_stage(bars, lines, name, progress)


def watching_class(
    events: Iterable[Said[Task] | Done[Task]], total: int, console: Console
) -> Iterator[Done[Task]]:
    """Passes on what ended, and shows meanwhile how far the class is and when it will be done."""
    pace, failed = Pace(total), 0
    with _bars(console, disable=not console.is_terminal) as bars:
        whole = bars.add_task(f"{total} submissions", total=total)
        lines: dict[str, TaskID] = {}
        for event in events:
            name = event.task.name
            if isinstance(event, Said):
                pace.say(name, event.progress)
                _show_stage(bars, lines, name, event.progress)
            else:
                pace.end(name)
                failed += bool(event.problem)
                if name in lines:
                    bars.remove_task(lines.pop(name))
            words = f"{pace.done - failed} graded, {failed} failed, {pace.left()}"
            bars.update(whole, completed=pace.done, description=words)
            if isinstance(event, Said):
                continue
            if event.problem or not console.is_terminal:
                said = f"failed: {event.problem[:LONGEST]}" if event.problem else event.result
                say(
                    bars.console,
                    f"[{pace.done}/{total}] {name}: {said} ({event.seconds:.1f} s; {pace.left()})",
                )
            yield event


class Pace:
    """How much of a class is done, what runs counted by its checks, and how long the rest will take."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.total, self.done = total, 0
        self._clock, self._started = clock, clock()
        self._parts: dict[str, float] = {}

    def say(self, name: str, progress: Progress) -> None:
        """One that runs says where it is; only checks are counted, the stages before them are short."""
        if progress.total:
            self._parts[name] = max(self._parts.get(name, 0.0), min(1.0, progress.done / progress.total))

    def end(self, name: str) -> None:
        """One has ended."""
        self._parts.pop(name, None)
        self.done += 1

    def left(self) -> str:
        """The time that the rest will take at this pace; no guess before anything is done."""
        if self.done >= self.total:
            return "done"
        part = self.done + sum(self._parts.values())
        if not part:
            return "no time known yet"
        seconds = (self._clock() - self._started) / part * (self.total - part)
        return f"{timedelta(seconds=round(seconds))} left"


def _show_stage(bars: Bars, lines: dict[str, TaskID], name: str, progress: Progress) -> None:
    if progress.stage == REMARK:
        say(bars.console, f"{name}: {progress.detail}")
        return
    if name not in lines:
        lines[name] = bars.add_task("", total=None)
    bars.update(
        lines[name],
        description=_words(name, progress),
        completed=progress.done,
        total=progress.total or None,
    )


def say(console: Console, text: str) -> None:
    """One line, as it is: no markup, no wrapping, no control characters."""
    console.print(shown(text), markup=False, highlight=False, soft_wrap=True)


def _plain(name: str, console: Console) -> Listener:
    stage = ""

    def listen(progress: Progress) -> None:
        nonlocal stage
        if progress.stage == REMARK:
            say(console, f"{name}: {progress.detail}")
        elif progress.stage != stage:
            stage = progress.stage
            say(console, f"{name}: {stage}")

    return listen


class Counted(ProgressColumn):
    """How many of how many, where that is known."""

    def render(self, task: Bar) -> Text:
        """ "2/30", or nothing."""
        return Text(f"{int(task.completed)}/{int(task.total)}" if task.total else "")


def _bars(console: Console, disable: bool = False) -> Bars:
    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        Counted(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=disable,
    )


def _words(name: str, progress: Progress) -> str:
    return " · ".join(shown(word) for word in (name, progress.stage, progress.detail) if word)
