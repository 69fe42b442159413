"""What a command may say and where: results on one console, everything else on the other."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, RenderableType

from grader.commands.display import say


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the words of a command go; only app.py knows that these are stdout and stderr."""

    out: Console
    err: Console

    def tell(self, text: str) -> None:
        """A line of the result."""
        say(self.out, text)

    def remark(self, text: str) -> None:
        """A line about the work."""
        say(self.err, text)

    def show(self, what: RenderableType) -> None:
        """A table of the result."""
        self.out.print(what)
