"""A grade goes to the right person, or to nobody and it is said."""

from __future__ import annotations

import pytest

from grader.classroom.matching import match
from grader.classroom.people import Person, Roster, roster

JANE = Person("Doe, Jane", canvas_id="1234", sis_id="7", login="jd7", email="jane.doe@x.edu", section="A")
JOHN = Person("John Roe", canvas_id="5", sis_id="1001", login="jr1", submission="team9")
CLASS = roster([JANE, JOHN])


def matched(*claimed: Person, known: Roster = CLASS) -> tuple[Person, ...]:
    return match(claimed, known).known


def plain(word: str) -> Person:
    """As a file that is called so claims."""
    return Person(word, submission=word)


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


def test_without_a_roster_people_are_who_they_say() -> None:
    """Nothing to compare with, nothing to say."""
    assert match((plain("x"),), Roster()).people == (plain("x"),)


def test_staff_that_hands_in_is_no_student() -> None:
    """Graded, and released to nobody."""
    found = match((plain("Tim"),), roster([Person("Tim", role="TA")]))

    assert not found.people[0].is_student and "no student" in found.remarks[0]
