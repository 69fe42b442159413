from __future__ import annotations

import re
import shlex
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports import escape

anything = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("\x00\x1b\r\n\t\u202e\u2066\u2028\ud800\ufffe:%,#[@`<&|*\\"), max_size=20
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\r\nb\rc", "a\nb\\x0dc"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("half \ud83d", "half \\ud83d"),
        ("tag \U000e0041", "tag \\ue0041"),
        ("a\u3164b\u034fc", "a\\u3164b\\u034fc"),
        ("x" + "\u0338\u20e0" * 10, "x\u0338\u20e0\u0338\u20e0 (16 more marks)"),
        ("שָׁלוֹם, e\u0302\u0301, ก็", "שָׁלוֹם, e\u0302\u0301, ก็"),
        ("naïve, Ω, 中文, 😀, a\tb", "naïve, Ω, 中文, 😀, a\tb"),
    ],
)
def test_what_is_not_plain_text_is_written_out(text: str, shown: str) -> None:
    """Controls, bidi overrides, half characters, what has no width, piles of marks; letters stay."""
    assert escape.printable(text) == shown


def test_long_text_is_cut_and_says_so() -> None:
    """A megabyte of output does not reach a page, and the reader knows."""
    assert escape.printable("x" * 5000, 10) == "xxxxxxxxxx ... (4,990 more characters)"


@given(anything)
def test_printable_text_is_safe_in_xml_and_utf8(text: str) -> None:
    """What is left can be encoded and holds no control character but newline and tab."""
    shown = escape.printable(text)
    shown.encode()

    assert all(unicodedata.category(char) not in ("Cc", "Cs") for char in shown if char not in "\n\t")
    assert escape.printable(shown) == shown


@given(anything)
def test_one_line_is_one_line(text: str) -> None:
    """No character is left at which any reader would break a line."""
    assert len(escape.one_line(text).splitlines()) <= 1


@given(anything)
def test_markdown_holds_no_character_that_means_something(text: str) -> None:
    """Apart from whole entities no ASCII punctuation is left, so nothing can be markup."""
    assert re.sub(r"&#\d+;", "", escape.markdown(text)).translate(
        dict.fromkeys(b"&#;*_`[]<>|!@:/\\")
    ) == re.sub(r"&#\d+;", "", escape.markdown(text))


@given(anything)
def test_a_command_message_is_one_line_and_says_the_same(text: str) -> None:
    """GitHub's own decoding gives back the text."""
    data = escape.command_data(text)
    decoded = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")

    assert len(data.splitlines()) <= 1
    assert decoded == escape.printable(text)


@given(anything)
def test_a_command_property_ends_where_it_should(text: str) -> None:
    """No comma or colon is left that would begin another property or the message."""
    assert not set(",:\n\r") & set(escape.command_property(text))


@given(anything)
def test_a_shell_reads_one_word(text: str) -> None:
    """A name pasted into a shell is one argument, whatever is in it."""
    assert shlex.split(escape.shell(text)) == [escape.one_line(text)]


@given(anything)
def test_a_log_obeys_no_old_command(text: str) -> None:
    """The runner's "##[command]", which works anywhere in a line, is broken up."""
    assert "##[" not in escape.terminal(text)
