"""Points and comments are put together from items, and moved when items are."""

from __future__ import annotations

from hypothesis import given as over
from hypothesis import strategies as st

from grader.marks.entry import Item, Mark
from grader.records.grade import Outcome, ScoredCheck
from grader.review import picks
from grader.review.picks import Picks
from tests.grader.review.a_desk import FIRST

CHECK = ScoredCheck(FIRST, "questions", "Title", Outcome.PENDING, 0.0, 10.0)
FULL, NONE, VAGUE = (
    Item(FIRST, "a", 1, 10, "Full."),
    Item(FIRST, "b", 2, 0, "None."),
    Item(FIRST, "c", 3, -2, "Vague."),
)
ITEMS = (FULL, NONE, VAGUE)
numbers = st.floats(-20, 20).map(lambda value: round(value, 2))
items = st.lists(numbers, max_size=9).map(
    lambda all_: tuple(Item(FIRST, str(n), n, value, f"word{n}.") for n, value in enumerate(all_, 1))
)


def test_items_add_up_and_say_why() -> None:
    """Full less two; the student reads each with its points, then the grader's own words."""
    mark = picks.mark("a", CHECK, Picks(("a", "c"), None, " Nice. "), ITEMS, "sha")

    assert mark == Mark("a", FIRST, 8.0, "Full. (+10)\nVague. (-2)\nNice.", "sha")
    assert (mark.items, mark.adjustment, mark.own) == (("a", "c"), None, "Nice.")
    assert picks.of(mark) == Picks(("a", "c"), None, "Nice.")


def test_nothing_picked_is_no_zero() -> None:
    """Words alone leave the points as they are; a zero that was typed is one."""
    assert picks.mark("a", CHECK, Picks((), None, "Hm."), ITEMS, "").points is None
    assert picks.mark("a", CHECK, Picks((), 0.0), ITEMS, "").points == 0.0
    assert picks.mark("a", CHECK, Picks(("b",)), ITEMS, "").points == 0.0


@over(items, numbers, st.sets(st.integers(1, 9)))
def test_points_stay_within_the_line(written: tuple[Item, ...], adjustment: float, chosen: set[int]) -> None:
    """Whatever is picked."""
    given = Picks(tuple(map(str, chosen)), adjustment)

    assert 0.0 <= picks.points(given, written, 10.0) <= 10.0


@over(items, st.lists(st.sets(st.integers(1, 9)), max_size=5), st.data())
def test_a_changed_item_moves_who_has_it_and_nobody_else(
    written: tuple[Item, ...], chosen: list[set[int]], data: st.DataObject
) -> None:
    """Each moved mark says what it would have said if the items had been so at first."""
    if not written:
        return
    at = data.draw(st.integers(0, len(written) - 1))
    new = Item(FIRST, written[at].id, written[at].slot, 3.5, "Other words.")
    after = (*written[:at], new, *written[at + 1 :])
    marks = [
        picks.mark(str(n), CHECK, Picks(tuple(map(str, own))), written, "") for n, own in enumerate(chosen)
    ]
    moved = picks.moved(marks, CHECK, written, after)

    expected = {m.submission for m in marks if new.id in m.items and new != written[at]}
    assert {mark.submission for mark in moved} == expected
    for mark in moved:
        assert mark == picks.mark(mark.submission, CHECK, picks.of(marks[int(mark.submission)]), after, "")


def test_an_item_that_goes_is_let_go_by_all() -> None:
    """And who had nothing else keeps a zero, not nothing."""
    mark = picks.mark("a", CHECK, Picks(("a",)), ITEMS, "")
    (moved,) = picks.moved([mark], CHECK, ITEMS, ITEMS[1:])

    assert (moved.points, moved.items) == (0.0, ())


def test_a_mark_from_a_file_is_an_adjustment_with_words() -> None:
    """So that it can be changed on the page."""
    assert picks.of(Mark("a", FIRST, 7.0, "From a table.")) == Picks((), 7.0, "From a table.")
    assert picks.of(None) == Picks()


def test_a_line_without_items_offers_three() -> None:
    """All, half, none; as soon as somebody writes items, those."""
    assert [item.points for item in picks.offered(CHECK, ())] == [10.0, 5.0, 0.0]
    assert picks.offered(CHECK, (FULL, Item(FIRST, "z", 4))) == (FULL,)


def test_numbers_are_read_as_people_type_them() -> None:
    """A comma, a real minus; nothing that is none."""
    assert [picks.number(text) for text in ("", " 1,5", "−2", "+3")] == [0.0, 1.5, -2.0, 3.0]
    assert [picks.number(text) for text in ("x", "nan", "inf", "1e9", "1_0x")] == [None] * 5
