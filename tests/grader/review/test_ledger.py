"""A log read whole: what stands, by what it is about."""

from __future__ import annotations

from grader.marks.entry import Flag, Item, Mark, Reading, Reply, Request, Reveal, Undo
from grader.review.ledger import Place, ledger, place_of
from tests.grader.review.a_desk import FIRST, entries, given

PLACE = Place("a", FIRST)


def test_the_last_word_stands_for_each_thing() -> None:
    """Items by slot, flags by line; what was taken back is gone."""
    first, second = Item(FIRST, "x", 2, 5, "Good."), Item(FIRST, "x", 2, 4, "Good.")
    log = entries(first, second, Item(FIRST, "y", 1, 0, "Bad."), Flag("a", FIRST), Flag("b", FIRST))
    log += entries(*(entry.what for entry in log), Flag("a", FIRST, False), Undo(2, second.target))[5:]
    found = ledger(log)

    assert found.items[FIRST] == (Item(FIRST, "y", 1, 0, "Bad."), first)
    assert found.flags == {Place("b", FIRST)}
    assert found.gone == {2}
    assert found.version == 7


def test_each_reader_has_one_word_on_an_answer() -> None:
    """The last of it; who asked for a name is known to all."""
    log = entries(
        Reading("a", FIRST, "x", 3), Reading("a", FIRST, "y", 4), Reading("a", FIRST, "x", 5), Reveal("a")
    )
    found = ledger(log)

    assert [entry.number for entry in found.readings[PLACE]] == [3, 2]
    assert found.revealed == {"a"}


def test_a_request_is_open_until_it_is_answered() -> None:
    """And again when the answer is taken back."""
    reply = Reply("a", FIRST, "why", "so", 3, 4)
    log = entries(Request("a", FIRST, "why", 3), reply)

    assert ledger(log[:1]).threads[PLACE].reply is None
    assert ledger(log).threads[PLACE].reply == log[1]
    undone = entries(*(entry.what for entry in log), Undo(2, reply.target))
    assert ledger(undone).threads[PLACE].reply is None


def test_everything_about_one_thing_is_kept() -> None:
    """What was taken back, too."""
    log = entries(given("a", 3), given("b", 3), Undo(1, given("a", 3).target))

    assert [entry.number for entry in ledger(log).about(given("a", 3).target)] == [1, 3]
    assert ledger(log).mark(PLACE) is None
    assert place_of(log[1].what) == Place("b", FIRST)
    assert place_of(Item(FIRST, "x", 1)) is None
    assert isinstance(ledger(log).standing.of("b")[FIRST].what, Mark)
