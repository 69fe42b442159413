"""The same code by two people is shown, and likeness by chance is not."""

from __future__ import annotations

from dataclasses import replace

from grader.classroom.similar.same import FEWEST, same
from grader.classroom.statistics import Row
from grader.records.submission import Chunk, Module, Slice
from tests.grader.a_class import graded, row

CODE = "\n".join(f"layer_{n} = make({n}, padding={n})" for n in range(40))


def of(name: str, code: str, problem: str = "") -> Row:
    one = graded(name)
    parts = (Module("submission", (Chunk("cell 1", 1, code),)),)
    submission = replace(one.submission, slice=Slice(modules=parts), problem=problem)
    return row(name, replace(one, submission=submission))


def names(*rows: Row) -> list[tuple[list[str], bool]]:
    return [([row.entry.name for row in one.rows], one.exactly) for one in same(rows)]


def test_one_code_of_two_people_is_shown() -> None:
    """Whatever cells it stands in; others are not."""
    assert names(of("a", CODE), of("b", CODE), of("c", CODE.replace("padding", "stride"))) == [
        (["a", "b", "c"], False)
    ]
    assert names(of("a", CODE), of("b", CODE), of("c", CODE.replace("39", "38"))) == [(["a", "b"], True)]


def test_names_comments_and_layout_are_no_difference() -> None:
    """But it is said that they differ."""
    other = CODE.replace("layer", "schicht").replace("\n", "  # mine\n\n").replace(" = ", "=")

    assert names(of("a", CODE), of("b", other)) == [(["a", "b"], False)]


def test_little_code_says_nothing() -> None:
    """Nor does code that can't be read, or two submissions of one person."""
    assert names(of("a", "x = 1"), of("b", "x = 1")) == []
    assert names(of("a", CODE + "\n'''"), of("b", "'''")) == []
    assert names(of("a", CODE, "empty"), of("b", CODE, "empty")) == []
    twice = of("a", CODE)
    assert names(twice, replace(twice, entry=replace(twice.entry, name="a2"))) == []
    assert len(CODE.split()) < FEWEST < 40 * 12
