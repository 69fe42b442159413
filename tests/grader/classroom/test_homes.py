"""A grade that was kept counts with all that came to it since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.classroom.handed_in import Entry
from grader.classroom.homes import as_it_counts, home
from grader.classroom.people import Person
from grader.marks.standing import Standing, standing
from grader.records.grade import Lateness
from tests.grader.a_class import graded


def test_what_is_known_of_an_entry_is_said_in_its_report() -> None:
    """Its people, what being late costs, and where the class is."""
    one = home(Entry("a", Path("a"), (Person("Jane"),), "7"), Path("out"), Path("m"))
    late = replace(one, late=Lateness(1, 2.0, "late"))
    counted = as_it_counts(graded("a"), Standing(), late)

    assert (one.folder, one.subject, one.back) == (Path("out/a"), "7", "../index.html")
    assert (counted.called, counted.score) == ("Jane", graded("a").score - 2)


def test_who_is_called_like_the_folder_needs_no_name() -> None:
    """As without a roster."""
    one = home(Entry("a", Path("a"), (Person("a"),)), Path("out"), Path("m"))

    assert (one.people, one.subject) == ((), "a")
    assert as_it_counts(graded("a"), standing([]), one).called == "a"
