"""Names are made safe; streams are read up to a cap."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.files.basket import (
    LARGEST,
    MOST_LARGE,
    Basket,
    is_junk,
    kind,
    read_at_most,
    shown,
    within,
)


@given(st.text(max_size=60))
def test_no_name_leads_out_or_holds_what_a_terminal_obeys(raw: str) -> None:
    """For any text at all."""
    name = within(raw)

    if name is not None:
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        assert name.isprintable()
        assert name.encode()


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_stream_is_read_whole_or_not_at_all(data: bytes, cap: int) -> None:
    """One byte too many is too many."""
    assert read_at_most(io.BytesIO(data), cap) == (data if len(data) <= cap else None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A.IPYNB", "ipynb"),
        ("a.ipynb.txt", "ipynb"),
        ("m.py", "py"),
        ("m.py.txt", "py"),
        ("a.ipynb (1)", "ipynb"),
        ("a.ipynb(12)", "ipynb"),
        ("a (1).txt", ""),
        ("x.zip", "archive"),
        ("x.tar.gz", "archive"),
        ("x.TGZ", "archive"),
        ("a.pyc", ""),
        ("py", ""),
    ],
)
def test_kinds_are_told_by_the_ending(name: str, expected: str) -> None:
    """Downloads may add another one."""
    assert kind(name) == expected


def test_junk_is_told_by_any_part_of_the_path() -> None:
    """Not by a part of a part."""
    assert is_junk("hw/.ipynb_checkpoints/a.ipynb")
    assert is_junk("__MACOSX/a.py")
    assert not is_junk("hw/environment/a.py")


def test_shown_text_is_short_and_plain() -> None:
    """One line, no control characters, no half characters."""
    assert shown("a\nb\x00\ud800", 3) == "a\ufffdb"


def test_notes_are_bounded() -> None:
    """Thousands of bad members make fifty notes, and each only once."""
    basket = Basket()
    for number in range(1000):
        basket.note(str(number % 100))

    assert basket.notes == [str(number) for number in range(50)]


def test_of_files_that_are_too_large_few_are_begun() -> None:
    """Of each some is read before that is known: of thousands it would take minutes."""
    basket = Basket()
    for number in range(MOST_LARGE + 1):
        basket.add(f"{number}.py", io.BytesIO(bytes(LARGEST["py"] + 1)))
    basket.add("a.py", io.BytesIO(b"x"))

    assert basket.contents == {}
    assert len([note for note in basket.notes if "larger than" in note]) == MOST_LARGE
    assert basket.notes[-1] == f"more than {MOST_LARGE} files are too large: the rest was not read"


def test_replacing_a_file_gives_its_room_back() -> None:
    """Or a thousand duplicates would crowd out what comes after."""
    basket = Basket()
    for size in (500, 10):
        basket.add("a.py", io.BytesIO(b"x" * size))

    assert basket.sizes["py"] == 10
