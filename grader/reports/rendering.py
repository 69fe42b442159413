"""From a notebook's text and code to HTML that is safe to show: rendered by nbconvert, cleaned by nh3.

What takes too long, or is too long, is shown as plain text: nothing that a student wrote holds a report up,
be it in one cell or in many.
"""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import FrameType

import nh3
from markupsafe import Markup, escape

from grader.reports.escape import printable

LONGEST = 100_000  # characters of one cell that is rendered
SECONDS, ALL_SECONDS = 2.0, 10.0  # of processor time, for one cell, and for all of a page
WHOLE = 5_000_000  # no cell is cut here
ROOM = 2_000_000  # characters of HTML of a page: marks around words of a letter are twenty times the code
CLASSES = re.compile(r"[a-z]{1,2}[0-9]?")  # those of highlighted code; all others are ours
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}  # a picture would be fetched
ATTRIBUTES = {"a": {"href"}, "td": {"align"}, "th": {"align"}, "ol": {"start"}, "span": {"class"}}
HIGHLIGHTED = re.compile(r"<pre>(?:<span></span>)?(.*)</pre>", re.DOTALL)


def prepare() -> None:
    """Import what renders cells: a third of a second, which whoever waits for something else may take."""
    _nbconvert()


@dataclass(slots=True)
class Page:
    """Renders the cells of one page; `left` are the seconds of processor time for those to come.

    `room` are the characters of HTML for them: one that needs more, or more time, is plain.
    """

    left: float = ALL_SECONDS
    room: int = ROOM

    def text(self, source: str) -> Markup:
        """A cell of markdown."""
        plain = printable(source, WHOLE)
        return self._within_limits(plain, lambda: _markdown(plain), Markup("<pre>{}</pre>").format(plain))

    def code(self, source: str) -> tuple[Markup, ...]:
        """The lines of a cell of code, each whole in itself."""
        plain = printable(source, WHOLE).rstrip("\n")
        count = plain.count("\n") + 1
        lines = self._within_limits(plain, lambda: _highlighted(plain), escape(plain)).split("\n")
        return tuple(map(Markup, lines)) if len(lines) == count else tuple(map(escape, plain.split("\n")))

    def _within_limits(self, source: str, render: Callable[[], str], plain: Markup) -> Markup:
        """What `render` makes of a source, cleaned; the plain text where it fails, or takes too much."""
        alone = threading.current_thread() is threading.main_thread()
        if len(source) > LONGEST or self.left <= 0 or not alone:
            return plain
        _nbconvert()  # imported before the clock runs
        begun = time.process_time()
        try:
            with _deadline(min(SECONDS, self.left)):
                html = _clean(render())
            if len(html) > self.room:
                return plain
            self.room -= len(html)
            return Markup(html)
        except Exception:  # parsers of a student's text raise whatever they stumble on
            return plain
        finally:
            self.left -= time.process_time() - begun


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if CLASSES.fullmatch(value) else None
    return None if name == "href" and value.startswith("#") else value


def _markdown(source: str) -> str:
    return _nbconvert()[0](source)


def _highlighted(source: str) -> str:
    found = HIGHLIGHTED.search(_nbconvert()[1](source + "\n", language="python3"))
    if found is None:
        raise ValueError("nothing was highlighted")
    return found[1].rstrip("\n")


@cache
def _nbconvert() -> tuple[Callable[..., str], Callable[..., str]]:
    """Its renderers, imported when the first notebook is shown."""
    from nbconvert.filters.highlight import Highlight2HTML
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    page = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True))
    return page.render, Highlight2HTML()


class _Late(Exception):
    """A cell took too long."""


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise _Late in this thread, the main one, when the time is up; regular expressions let it through."""

    def late(number: int, frame: FrameType | None) -> None:
        raise _Late

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
