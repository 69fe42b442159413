"""A notebook's words are rendered, and nothing of them is run, fetched or obeyed."""

from __future__ import annotations

import re
import signal
import threading
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.reports import rendering
from grader.reports.escape import printable
from grader.reports.rendering import Page
from tests.share import examples

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    '<a href="data:text/html,x">x</a><a href="#report" id="cell-1">x</a>',
    "<style>body{display:none}</style><link rel=stylesheet href=//evil.example>",
    '<div class="note" style="position:fixed">-20</div><span class="points">x</span>',
    "<svg><animate onbegin=alert(1)></svg><math><mtext><table><mglyph><style><!--</style><img title='-->",
    "<iframe srcdoc='<script>x</script>'></iframe><form action=//evil.example><button>x</button></form>",
    "$\\href{javascript:alert(1)}{x}$ `<b>` ```\n<script>\n```",
    "</pre></section><h1>20 of 20</h1>",
)
SAFE = {"http", "https", "mailto"}
DANGEROUS = {"script", "img", "style", "link", "iframe", "form", "button", "svg", "object", "base"}


class Looker(HTMLParser):
    """Fails at anything that a browser would run, fetch or mistake for ours."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {
            "script",
            "img",
            "style",
            "link",
            "iframe",
            "form",
            "button",
            "svg",
            "object",
            "base",
        }
        for name, value in attrs:
            assert name in {"href", "rel", "class", "align", "start"}
            if name == "class":
                assert re.fullmatch("[a-z]{1,2}[0-9]?", value or "")
            if name == "href" and ":" in (value or ""):
                assert (value or "").partition(":")[0].lower() in SAFE


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_shown_only(words: str) -> None:
    """As text, as code, and in the middle of either."""
    for html in (Page().text(f"a {words} b"), *Page().code(f"x = 1  # {words}\ny = 2")):
        Looker().feed(html)


@settings(deadline=None, max_examples=examples(60))
@given(st.text(st.sampled_from("<>/\"'=&;:![](){}`#*_$\\\n abcdehijklmnoprst1"), max_size=80))
@example("<")
def test_no_words_get_through(words: str) -> None:
    """Whatever they are made of."""
    Looker().feed(Page().text(words))


@settings(deadline=None, max_examples=examples(60))
@given(st.text(max_size=80))
def test_every_line_of_code_is_there(source: str) -> None:
    """One for one, so that a note stands beside its own."""
    lines = Page().code(source)

    for line in lines:
        assert line.count("<span") == line.count("</span>")
    assert len(lines) == printable(source, 10**6).rstrip("\n").count("\n") + 1


def test_code_and_text_are_rendered() -> None:
    """By nbconvert: colours for one, headings, tables and links for the other."""
    assert Page().code("class A: pass")[0].startswith('<span class="k">class</span>')
    assert "<h2>Part 1</h2>" in Page().text("## Part 1")
    link = '<a href="https://example.org" rel="noopener noreferrer nofollow">x</a>'
    assert link in Page().text("[x](https://example.org)")


def test_what_takes_too_long_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also inside of a regular expression; nothing is left of the alarm."""
    monkeypatch.setattr(rendering, "SECONDS", 0.2)
    monkeypatch.setattr(rendering, "_markdown", lambda source: str(re.match("(a|aa)*$", source)))
    before = signal.getsignal(signal.SIGVTALRM)
    source = "a" * 60 + "<b>"

    assert Page().text(source) == f"<pre>{'a' * 60}&lt;b&gt;</pre>"
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_what_is_too_long_or_can_not_be_stopped_is_plain() -> None:
    """In another thread there is no alarm."""
    assert "<span" not in "".join(Page().code("x = 1\n" * 30_000))
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.extend(Page().code("class A: <b>")))
    thread.start()
    thread.join()

    assert found == ["class A: &lt;b&gt;"]


def test_a_renderer_that_stumbles_costs_its_colours_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is shown as it is."""

    def stumble(source: str) -> str:
        raise RecursionError

    monkeypatch.setattr(rendering, "_highlighted", stumble)
    assert Page().code("a < b") == ("a &lt; b",)


def test_the_cells_of_a_page_have_their_time_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is used up the rest is plain: a thousand cells can't take two seconds each."""
    monkeypatch.setattr(rendering, "SECONDS", 0.2)
    monkeypatch.setattr(rendering, "_markdown", lambda source: str(re.match("(a|aa)*$", source)))
    page, begun = rendering.Page(left=0.3), time.process_time()
    found = [page.text("a" * 60 + "<b>") for _ in range(20)]

    assert set(found) == {f"<pre>{'a' * 60}&lt;b&gt;</pre>"}
    assert time.process_time() - begun < 1
    assert page.code("class A: pass") == ("class A: pass",)
