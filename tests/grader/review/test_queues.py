"""Whose turn it is: nobody always first, nobody forgotten, nobody twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given as over
from hypothesis import strategies as st

from grader.classroom.handed_in import Entry as Submitted
from grader.classroom.people import Person
from grader.marks.entry import Entry, Flag, Mark, Reading, Request
from grader.marks.merge import merge
from grader.review import queues
from grader.review.catalogue import Piece
from grader.review.ledger import Place, ledger
from grader.review.others import OTHERS, unsettled
from grader.review.scope import Class, Queue, Scope
from tests.grader.a_class import ERROR, FAILED, PASSED, PENDING, check, grade
from tests.grader.review.a_desk import FIRST, SECOND, entries, given

ME = Scope("me", calibrate=0, twice=0.0)


def one(name: str, crop: str = "passed", section: str = "") -> Piece:
    outcome = {"passed": PASSED, "failed": FAILED, "error": ERROR, "pending": PENDING}[crop]
    lines = [check("fcn32s.crop", outcome, 2, "x"), check(FIRST, PENDING, 10), check(SECOND, PENDING, 10)]
    entry = Submitted(name, Path(name), (Person(name, section=section),), name)
    return Piece(name, entry, grade(name, *lines), 1, name)


def class_(pieces: Sequence[Piece], log: tuple[Entry, ...] = ()) -> Class:
    said = ledger(log)
    merged = {piece.key: merge(piece.grade, said.standing, piece.subject) for piece in pieces}
    checks = {key: {one.id: one for one in grade.checks} for key, grade in merged.items()}
    open_ended = {key: unsettled(own.values()) for key, own in checks.items()}
    return Class(pieces, checks, open_ended, said)


MANY = [one(f"s{n:02d}") for n in range(40)]
names = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), unique=True, max_size=25)


@over(names)
def test_order_depends_on_nothing_but_who_it_is(all_: list[str]) -> None:
    """Not on the folder's order; each question has an order of its own."""
    pieces = [one(name) for name in all_]
    places = queues.queue(FIRST, class_(pieces), ME).places

    assert places == queues.queue(FIRST, class_(pieces[::-1]), ME).places
    assert sorted(place.subject for place in places) == sorted(all_)


def test_two_questions_do_not_begin_with_the_same_student() -> None:
    """Nor is either in alphabetical order."""
    first, second = (
        [place.subject for place in queues.queue(line, class_(MANY), ME).places] for line in (FIRST, SECOND)
    )

    assert first != second and first != sorted(first)


@over(names, st.integers(1, 6))
def test_shares_are_the_whole_and_do_not_overlap(all_: list[str], of: int) -> None:
    """Four people with 1/4 to 4/4 mark everything once."""
    whole = class_([one(name) for name in all_])
    shares = [
        [place.subject for place in queues.queue(FIRST, whole, Scope("me", n, of, calibrate=0)).places]
        for n in range(1, of + 1)
    ]

    assert sorted(name for share in shares for name in share) == sorted(all_)


def test_a_section_is_its_students() -> None:
    """Everybody else's turn is somebody else's."""
    pieces = [one("a", section="A"), one("b", section="B"), one("c")]

    assert [
        p.subject for p in queues.queue(FIRST, class_(pieces), Scope("me", sections=frozenset("B"))).places
    ] == ["b"]


@over(st.lists(st.booleans(), min_size=1, max_size=12), st.data())
def test_next_comes_to_everything_open_once(is_open: list[bool], data: st.DataObject) -> None:
    """From anywhere, in the order of the queue, round to its start, and never to where one is."""
    places = tuple(Place(str(n), FIRST) for n in range(len(is_open)))
    waiting = frozenset(place for place, yes in zip(places, is_open, strict=True) if yes)
    queue = Queue(FIRST, "", places, waiting)
    start = data.draw(st.sampled_from(places))
    met, at = list[Place](), queue.next(start)
    while at is not None and at not in met and len(met) < len(waiting):
        met.append(at)
        at = Queue(FIRST, "", places, waiting - set(met)).next(at)

    assert set(met) | {start} >= waiting
    assert queue.next(start) != start


def test_beside_is_the_neighbour_marked_or_not() -> None:
    """And nothing beyond the ends."""
    queue = queues.queue(FIRST, class_(MANY), ME)

    assert queue.beside(queue.places[3], 1) == queue.places[4]
    assert queue.beside(queue.places[0], -1) is None
    assert queue.beside(queue.places[-1], 1) is None
    assert queue.beside(Place("gone", FIRST), 1) == queue.places[0]


def test_what_is_marked_is_not_open() -> None:
    """A comment alone leaves it open; so does a mark that is out of date."""
    log = entries(given("s00", 5), given("s01", None), Mark("s02", FIRST, 5, "", "another answer"))
    queue = queues.queue(FIRST, class_(MANY, log), ME)

    assert {place.subject for place in queue.places} - {place.subject for place in queue.open} == {"s00"}
    assert [place.subject for place in queues.queue("stale", class_(MANY, log), ME).places] == ["s02"]


def test_every_other_reason_has_its_queue() -> None:
    """In error, not assessed, flagged, asked about by a student; each once, and gone when it is settled."""
    pieces = [one("a", "error"), one("b", "pending"), one("c"), one("d")]
    log = entries(Flag("c", FIRST), Request("d", "fcn32s.crop", "why", 2.0))
    for name, subject in (("error", "a"), ("pending", "b"), ("flagged", "c"), ("requests", "d")):
        queue = queues.queue(name, class_(pieces, log), ME)

        assert [place.subject for place in queue.open] == [subject]
    settled = class_(pieces, entries(Mark("a", "fcn32s.crop", 2.0, "It is right.")))
    assert not queues.queue("error", settled, ME).open
    assert set(queues.names(class_(pieces))) == {FIRST, SECOND, *OTHERS}


def test_everybody_begins_with_the_same_answers() -> None:
    """Also those of another share; the second reader of one is to read it blind, once."""
    scopes = [Scope(who, n, 2, calibrate=3) for n, who in enumerate(("me", "you"), 1)]
    first = queues.calibration(FIRST, class_(MANY), 3)
    for scope in scopes:
        assert queues.queue(FIRST, class_(MANY), scope).places[:3] == first
    log = entries(("me", given(first[0].subject, 5)))
    mine, yours = (queues.queue(FIRST, class_(MANY, log), scope) for scope in scopes)

    assert first[0] not in mine.open and first[0] in yours.open
    assert queues.is_second(first[0], ledger(log), class_(MANY, log), scopes[1], FIRST)
    read = entries(("me", given(first[0].subject, 5)), ("you", Reading(first[0].subject, FIRST, "you", 4)))
    assert first[0] not in queues.queue(FIRST, class_(MANY, read), scopes[1]).open


def test_a_share_of_what_others_marked_is_read_again() -> None:
    """Not what I marked myself, and by one second reader."""
    log = entries(*(("you", given(piece.subject, 5)) for piece in MANY))
    some = queues.queue("second", class_(MANY, log), Scope("me", twice=0.3, calibrate=0)).places

    assert 3 < len(some) < 25
    assert not queues.queue("second", class_(MANY, log), Scope("you", twice=1.0)).places
    read = (
        *log,
        *entries(*(entry.what for entry in log), ("x", Reading(some[0].subject, FIRST, "x", 1)))[-1:],
    )
    assert some[0] not in queues.queue("second", class_(MANY, read), Scope("me", twice=0.3)).places
