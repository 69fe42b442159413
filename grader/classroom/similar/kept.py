"""What a class has in common, kept beside its page: a class that hasn't changed is not compared again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from grader.classroom.identity import grader_sha
from grader.classroom.similar.code import Share
from grader.classroom.similar.pairs import Code, Pair, code_of, pairs
from grader.classroom.similar.same import Same
from grader.classroom.statistics import Row
from grader.marks.about import causes_of
from grader.records.grade import Grade
from grader.records.submission import Slice

FILE = ".alike.json"


@dataclass(frozen=True, slots=True)
class Common:
    """Groups with one code, and pairs with anything else in common."""

    same: tuple[Same, ...] = ()
    pairs: tuple[Pair, ...] = ()


def common(rows: Sequence[Row], handout: Slice | None, folder: Path) -> Common:
    """What these rows have in common, as it was kept in a folder or found anew and kept.

    Code is compared again only where code has changed: not for a mark, or a verdict.
    """
    page, by_name = _page(folder / FILE), {row.entry.name: row for row in rows}
    code_key = _key(f"{grader_sha()} {handout!r}", map(_of_code, rows))
    key = _key(code_key, map(_of_row, rows))
    code = _code(page, code_key, by_name) or code_of(rows, handout)
    told = _pairs(page, key, by_name)
    if told is None:
        told = pairs(rows, handout, code)
        _write(
            folder / FILE,
            {"key": key, "code_key": code_key, **_plain(code), "pairs": [_plain_pair(pair) for pair in told]},
        )
    return Common(code.same, told)


def _page(path: Path) -> Mapping[str, Any]:
    """What is kept; nothing where that can't be read."""
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
        return page if isinstance(page, dict) else {}
    except (OSError, ValueError):
        return {}


def _code(page: Mapping[str, Any], key: str, by_name: Mapping[str, Row]) -> Code | None:
    """None where nothing is kept of this code as it is."""
    try:
        if page["code_key"] != key:
            return None
        groups = [
            Same(tuple(by_name[one] for one in names), exactly is True) for names, exactly in page["same"]
        ]
        return Code(tuple(groups), tuple(_share(one, len(by_name)) for one in page["shares"]))
    except (ValueError, TypeError, KeyError):
        return None


def _share(values: Sequence[Any], people: int) -> Share:
    """A share between two of so many people; raises ValueError where it can't be one."""
    of, within, name, share = values
    if not {of, within} <= set(range(people)):
        raise ValueError
    return Share(int(of), int(within), str(name), float(share))


def _pairs(page: Mapping[str, Any], key: str, by_name: Mapping[str, Row]) -> tuple[Pair, ...] | None:
    """None where nothing is kept of this class as it is."""
    try:
        if page["key"] != key:
            return None
        return tuple(
            Pair((by_name[one], by_name[two]), tuple(map(str, said))) for one, two, said in page["pairs"]
        )
    except (ValueError, TypeError, KeyError):
        return None


def _plain(code: Code) -> dict[str, object]:
    groups = [[[row.entry.name for row in one.rows], one.exactly] for one in code.same]
    return {"same": groups, "shares": [astuple(share) for share in code.shares]}


def _plain_pair(pair: Pair) -> list[object]:
    return [*(row.entry.name for row in pair.rows), pair.said]


def _write(path: Path, page: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.part")
    half.write_text(json.dumps(page, indent=1), encoding="utf-8")
    half.replace(path)


def _key(begun: str, values: Iterable[object]) -> str:
    """Return a hash of all that something depends on, wording included."""
    whole = hashlib.sha256(begun.encode(errors="surrogatepass"))
    for value in values:
        whole.update(repr(value).encode(errors="surrogatepass"))
    return whole.hexdigest()


def _of_code(row: Row) -> object:
    if row.grade is None:
        return row.entry.name
    submission = row.grade.submission
    return row.entry.name, row.entry.people, submission.slice, submission.problem


def _of_row(row: Row) -> object:
    return row.entry, row.grade and _of_grade(row.grade)


def _of_grade(grade: Grade) -> tuple[object, ...]:
    causes = [(check.id, check.outcome, causes_of(check)) for check in grade.checks]
    submission = grade.submission
    return submission.saved.runs, submission.saved.answers, causes
