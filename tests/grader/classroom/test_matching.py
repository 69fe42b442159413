"""A grade goes to the right person, or to nobody and it is said."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from grader.classroom import matching
from grader.classroom.directory import directory
from grader.classroom.matching import Match
from grader.classroom.people import Person, Roster
from grader.classroom.rosters import roster

JANE = Person("Doe, Jane", canvas_id="1234", sis_id="7", login="jd7", email="jane.doe@x.edu", section="A")
JOHN = Person("John Roe", canvas_id="5", sis_id="1001", login="jr1", submission="team9")
CLASS = roster([JANE, JOHN])


def match(claimed: tuple[Person, ...], known: Roster, called: Sequence[str] = ()) -> Match:
    return matching.match(claimed, directory(known.people), called)


def matched(*claimed: Person, known: Roster = CLASS) -> tuple[Person, ...]:
    return match(claimed, known, [one.name for one in claimed]).known


def plain(word: str) -> Person:
    """As a file that is called so claims."""
    return Person(word)


@pytest.mark.parametrize(
    ("word", "person"),
    [
        ("1234", JANE),
        ("JD7", JANE),
        ("jane.doe", JANE),
        ("jane_doe", JANE),
        ("DoeJane", JANE),
        ("roejohn", JOHN),
        ("team9", JOHN),
    ],
)
def test_a_file_may_be_called_by_any_of_a_persons_names(word: str, person: Person) -> None:
    """Id, login, mailbox, or the name in either order."""
    assert matched(plain(word)) == (person,)


@pytest.mark.parametrize("word", ["somebody", "", "jane"])
def test_a_stranger_is_nobody(word: str) -> None:
    """And it is said."""
    found = match((plain(word),), CLASS)

    assert found.known == () and "nobody on the roster" in found.remarks[0]


def test_ids_match_by_their_kind() -> None:
    """Canvas's user 1001 is not the student whose number is 1001 elsewhere."""
    assert matched(Person("adamsamy", canvas_id="1001")) == ()
    assert matched(Person("x", sis_id="1001")) == (JOHN,)


def test_a_name_does_not_outweigh_another_id() -> None:
    """A namesake who is not on the roster."""
    assert matched(Person("Jane Doe", canvas_id="99")) == ()
    assert matched(Person("Jane Doe", moodle_id="99")) == (JANE,)


def test_namesakes_are_matched_to_neither() -> None:
    """Better nobody than the wrong one; an id tells them apart."""
    known = roster([Person("Jane Doe", sis_id="1"), Person("Doe, Jane", sis_id="2")])
    found = match((plain("janedoe"),), known)

    assert found.known == () and "may be 2 on the roster" in found.remarks[0]
    assert matched(Person("Jane Doe", sis_id="2"), known=known) == (known.people[1],)


def test_what_only_the_export_knows_is_kept() -> None:
    """An address, say; what the roster says wins."""
    (found,) = match((Person("J. Roe", sis_id="1001", email="john@x.edu"),), CLASS).people

    assert (found.name, found.email, found.login) == ("John Roe", "john@x.edu", "jr1")


def test_a_groups_name_stands_for_its_members() -> None:
    """Where the roster says who they are."""
    one, two = (
        Person("A One", canvas_id="1", group="Group 1"),
        Person("B Two", canvas_id="2", group="Group 1"),
    )
    known = roster([one, two, Person("C", canvas_id="3", group="Group 2")])

    assert matched(Person("group1", canvas_id="1"), known=known) == (one, two)


def test_where_nobody_knows_the_members_the_group_is_said() -> None:
    """The one whose id it bears has it; others would get nothing in silence."""
    found = match((Person("group1", canvas_id="1234"),), CLASS)

    assert found.known == (JANE,)
    assert "'group1'. If it is a group" in found.remarks[0]


def test_a_name_without_its_accents_is_no_group() -> None:
    """File names may lose them; the id says whose it is."""
    sean = Person("O'Neill, Seán", canvas_id="1234")
    found = match((Person("oneillsean", canvas_id="1234"),), roster([sean]))

    assert (found.known, found.remarks) == ((sean,), ())


def test_without_a_roster_people_are_who_they_say() -> None:
    """Nothing to compare with, nothing to say."""
    assert match((plain("x"),), Roster()).people == (plain("x"),)


def test_staff_that_hands_in_is_no_student() -> None:
    """Graded, and released to nobody."""
    found = match((plain("Tim"),), roster([Person("Tim", role="TA")]))

    assert not found.people[0].is_student and "no student" in found.remarks[0]


LI, LI2, ANN, BEA = (
    Person("Li Na", sis_id="0071", email="fam@x.edu", login="ln"),
    Person("Lina Li", sis_id="2", email="fam@x.edu", login="li.na"),
    Person("Ann Ann", sis_id="7", login="ann.a", email="ann.a@x.edu"),
    Person("Bea Bea", sis_id="12340", login="anna", email="anna@x.edu"),
)
MIXED = roster([LI, LI2, ANN, BEA])


@pytest.mark.parametrize(
    ("claim", "person"),
    [
        (Person("?", email="ann.a@x.edu"), ANN),
        (Person("?", email="anna@x.edu"), BEA),
        (plain("anna"), BEA),
        (plain("ann_a"), None),
        (Person("Li Na", email="fam@x.edu"), LI),
        (Person("x", sis_id="2", email="fam@x.edu"), LI2),
        (Person("x", sis_id="1234.0"), None),
        (Person("x", sis_id="12340.0"), BEA),
        (Person("Ann Ann", sis_id="007"), ANN),
        (Person("Somebody Else", sis_id="007"), None),
        (Person("Li Na", sis_id="71"), LI),
        (plain("71"), LI),
        (Person("x", sis_id="99", email="anna@x.edu"), None),
        (Person("Bea Bea", sis_id="99", email="anna@x.edu"), BEA),
        (Person("x", sis_id="7", email="anna@x.edu"), None),
        (Person("x", email="fam@x.edu"), None),
    ],
)
def test_ids_are_never_guessed_at(claim: Person, person: Person | None) -> None:
    """A dot is a letter of an address, an address may be a family's, a spreadsheet may have lost zeros."""
    assert matched(claim, known=MIXED) == ((person,) if person else ())


def test_who_is_near_and_not_found_is_nobodys_for_now() -> None:
    """An id of theirs, and a better one of somebody else's."""
    for claim in (Person("x", sis_id="99", email="anna@x.edu"), Person("x", sis_id="7", email="anna@x.edu")):
        found = match((claim,), MIXED)

        assert found.unsure == (claim,) and "column 'submission'" in found.remarks[0]


def test_an_id_leaves_as_the_export_has_it() -> None:
    """A course system would not find it without its zeros."""
    found = match((Person("Ann Ann", sis_id="007"),), MIXED)

    assert found.people[0].sis_id == "007" and "lost zeros" in found.remarks[0]


@pytest.mark.parametrize(
    ("name", "found"),
    [("Doe, Jane", True), ("Group 1-Jane Doe", True), ("", True), ("Group 1", False), ("Jane Doe 2", False)],
)
def test_a_groups_number_in_moodle_is_no_participants(name: str, found: bool) -> None:
    """It stands where theirs does, and may be the same."""
    jane = Person("Jane Doe", moodle_id="77")
    one = match((Person(name, moodle_id="77"),), roster([jane, Person("Eve", moodle_id="78")]))

    assert one.known == ((jane,) if found else ())
    assert bool(one.unsure) is not found


def test_a_login_may_be_another_ones_name() -> None:
    """Then a file that is called so is neither's."""
    known = roster([Person("Chen", sis_id="1"), Person("Wei Wang", sis_id="2", login="chen")])

    assert matched(plain("chen"), known=known) == ()
