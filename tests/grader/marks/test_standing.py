"""The last word on a line stands, unless somebody took it back."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from grader.marks.entry import Decision, Entry, Mark, Undo, What
from grader.marks.standing import last, live, standing

AT = datetime(2026, 11, 26, tzinfo=UTC)


def log(*whats: What) -> tuple[Entry, ...]:
    return tuple(Entry(number, AT, "ta", what) for number, what in enumerate(whats, 1))


def mark(points: float, line: str = "cam.maps", submission: str = "alice") -> Mark:
    return Mark(submission, line, points)


def test_the_last_mark_of_a_line_stands() -> None:
    """Of each line and each submission on its own."""
    found = standing(log(mark(1), mark(2), mark(3, "cam.runs"), mark(4, submission="bob")))

    points = {who: {line: e.what.points for line, e in marks.items()} for who, marks in found.marks.items()}  # type: ignore[union-attr]
    assert points == {"alice": {"cam.maps": 2, "cam.runs": 3}, "bob": {"cam.maps": 4}}


def test_an_undo_brings_back_what_stood_before() -> None:
    """And an undo of the undo what it took."""
    entries = log(mark(1), mark(2), Undo(2, ""), Undo(3, ""))

    assert standing(entries[:3]).of("alice")["cam.maps"].number == 1
    assert standing(entries).of("alice")["cam.maps"].number == 2


def test_nothing_stands_once_all_is_taken_back() -> None:
    """The line is as if nobody had marked it."""
    assert standing(log(mark(1), Undo(1, ""), Decision("x"), Undo(3, ""))) == standing(())


def test_decisions_stand_in_the_order_they_were_made() -> None:
    """The last one for a cause and line."""
    found = standing(log(Decision("b"), Decision("a"), Decision("b", points=1.0)))

    assert [entry.what for entry in found.decisions] == [Decision("a"), Decision("b", points=1.0)]


def test_another_word_is_another_fingerprint() -> None:
    """Of this submission, or of everybody."""
    none, alice, all_ = standing(()), standing(log(mark(1))), standing(log(Decision("x")))

    assert none.fingerprint("bob") == alice.fingerprint("bob")
    assert len({one.fingerprint("alice") for one in (none, alice, all_)}) == 3


def test_the_last_entry_about_a_target() -> None:
    """What a writer must have seen."""
    entries = log(mark(1), mark(2, "cam.runs"), mark(3))

    assert last(entries, mark(9).target) == 3
    assert last(entries, "mark nobody\nx") == 0


@given(st.lists(st.integers(0, 12), max_size=12))
def test_an_entry_lives_unless_a_living_undo_names_it(numbers: list[int]) -> None:
    """Whatever the order of undos; 0 is a mark here, and an undo can only name what was before it."""
    whats: list[What] = [
        Undo(number, "") if 0 < number < place else mark(place) for place, number in enumerate(numbers, 1)
    ]
    alive = {entry.number for entry in live(log(*whats))}

    for number in range(1, len(whats) + 1):
        undone = any(
            isinstance(w, Undo) and w.number == number and n in alive for n, w in enumerate(whats, 1)
        )
        assert (number in alive) != undone
