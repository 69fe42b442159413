"""F-strings that only newer Pythons read say the same where they are read as calls."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.code.older import older

NAMES = {"a": 3, "b": "x", "c": {"k": 2.5, "n": 7}}
READ_EVERYWHERE = (
    'f"{a}"', "f'{a} {b!r:>{a}}'", 'f"{{{a}}}"', "f\"{c['k']:.3f}\"", 'f"{a=}"', 'f"{a = !s}"', 'f"{a:0>9}"',
    "f\"{c['k'] = :.1f}\"", r'rf"\d{a}"', '"p" f"{a}" "q{}"', 'f"""{a}\n{b}"""', 'F"{(lambda x: x)(a)}"',
    'f"{ {1: 2}[1] }"', 'f"{a!r}" if a else f"{b}"', 'f"{a != 3} {a, b}"', 'f"" f"{b}".upper()',
    r'f"\n{a}\N{BULLET}"',
)  # fmt: skip


def _called(text: str) -> str:
    return older(text, lambda _: False)


@pytest.mark.parametrize("text", READ_EVERYWHERE)
def test_a_call_says_what_the_string_says(text: str) -> None:
    """Conversions, formats in formats, what shows its own text, strings side by side."""
    assert "format(" in _called(text)
    assert eval(_called(text), dict(NAMES)) == eval(text, dict(NAMES))


FIELDS = st.builds(
    "{{{}{}}}".format,
    st.sampled_from(["a", "b", "c", "(a, b)", "c['k']", "a == 3", " b "]),
    st.sampled_from(["", "=", "!r", "!s", "=!r"]),
)


@given(st.lists(FIELDS | st.sampled_from(["{{", "}}", "%", "x", ": ", "!", "é"]), min_size=1))
def test_any_string_says_the_same(parts: list[str]) -> None:
    """Whatever stands beside whatever."""
    text = f'f"{"".join(parts)}"'
    assert eval(_called(text), dict(NAMES)) == eval(text, dict(NAMES))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('f"{c["k"]}"', "2.5"),
        (r'f"{"\n".join([b, b])}"', "x\nx"),
        ('f"{f"{f"{a}"}"}"', "3"),
        ('f"{c["k"]:>{c["n"]}}"', "    2.5"),
        ('f"{c["k"]=}"', 'c["k"]=2.5'),
        ('f"{\n c["k"]  # why\n}"', "2.5"),
        ('"{}" f"{c["k"]}"', "{}2.5"),
    ],
)
def test_what_newer_pythons_read_is_read(text: str, says: str) -> None:
    """The same quotes within, backslashes, lines, comments."""
    read, names = older(f"x = {text}\ny = 1\n"), dict(NAMES)

    exec(read, names)

    assert names["x"] == says
    assert read.count("\n") == text.count("\n") + 2


@pytest.mark.parametrize(
    "text",
    ["x = 1", 'f"{a', 'f"{a!', 'f"{"', "print 'x'", "x = (", '"abc', 'f"{a:', "f'{{'", "\0", "0x$", "]\\"],
)
def test_what_nobody_reads_stays(text: str) -> None:
    """Also where it never ends."""
    assert older(text) == text


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads them itself")
def test_only_strings_that_cannot_be_read_change() -> None:
    """The others stay as they were written."""
    assert older('x = f"{a}"\ny = f"{c["k"]}"') == 'x = f"{a}"\ny = ("{}".format((c["k"])))'
