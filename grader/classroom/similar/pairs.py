"""Pairs of submissions by different people that have something in common, with all that speaks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.similar.claims import Places, same_answers, same_logs
from grader.classroom.similar.code import Share, shares
from grader.classroom.similar.faults import same_faults
from grader.classroom.similar.same import Same, same
from grader.classroom.statistics import Row
from grader.records.submission import Slice


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions, and what they have in common, a sentence each."""

    rows: tuple[Row, Row]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """What the code of a class has in common: groups with the same, shares among those that can be read."""

    same: tuple[Same, ...]
    shares: tuple[Share, ...]


def code_of(rows: Sequence[Row], handout: Slice | None = None) -> Code:
    """Compare everybody's code with everybody's, which takes longest."""
    slices = [row.grade.submission.slice for row in _able(rows) if row.grade]
    return Code(same(rows), shares(slices, handout))


def pairs(rows: Sequence[Row], handout: Slice | None = None, code: Code | None = None) -> tuple[Pair, ...]:
    """The pairs, those with most kinds of evidence first; two submissions of one person are none.

    `code` is what their code has in common, where that is known already.
    """
    able, code = _able(rows), code or code_of(rows, handout)
    grades = [row.grade for row in able if row.grade]
    saved = [grade.submission.saved for grade in grades]
    said = defaultdict[Places, list[str]](list)
    strength = defaultdict[Places, float](float)
    groups = [{row.entry.name for row in one.rows} for one in code.same]  # the page says it of all of them
    for share in code.shares:
        place = (min(share.of, share.within), max(share.of, share.within))
        if not any({able[share.of].entry.name, able[share.within].entry.name} <= group for group in groups):
            said[place].append(_of_code(share, able))
            strength[place] = share.share
    for found in (same_logs(saved), same_answers(saved), same_faults(grades)):
        _add(said, found)
    every = ((place, told) for place, told in said.items() if not _one_person(able, place))
    ordered = sorted(every, key=lambda one: (-len(one[1]), -strength[one[0]], one[0]))
    return tuple(Pair((able[place[0]], able[place[1]]), tuple(told)) for place, told in ordered)


def _able(rows: Sequence[Row]) -> list[Row]:
    """Those that can be read."""
    return [row for row in rows if row.grade and not row.grade.submission.problem]


def _add(said: Mapping[Places, list[str]], found: Mapping[Places, str]) -> None:
    for place, what in found.items():
        said[place].append(what)


def _of_code(share: Share, rows: Sequence[Row]) -> str:
    owner, other = (_called(rows[place]) for place in (share.of, share.within))
    return f"code: {100 * share.share:.0f} % of {owner}'s {share.name} stands in that of {other}"


def _called(row: Row) -> str:
    return " and ".join(person.called for person in row.entry.people) or row.entry.name


def _one_person(rows: Sequence[Row], place: Places) -> bool:
    first, second = (rows[one].entry for one in place)
    return first.subject == second.subject != "" or bool(set(first.people) & set(second.people))
