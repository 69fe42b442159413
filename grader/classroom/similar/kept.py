"""What a class has in common, kept beside its page: a class that hasn't changed is not compared again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.identity import grader_sha
from grader.classroom.similar.pairs import Pair, pairs
from grader.classroom.similar.same import Same, same
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
    """What these rows have in common, as it was kept in a folder or found anew and kept."""
    key = _key(rows, handout)
    found = _read(folder / FILE, key, rows)
    if found is None:
        alike = same(rows)
        found = Common(alike, pairs(rows, handout, alike))
        _write(folder / FILE, key, found)
    return found


def _read(path: Path, key: str, rows: Sequence[Row]) -> Common | None:
    """None where nothing is kept of this class as it is."""
    by_name = {row.entry.name: row for row in rows}
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
        if page["key"] != key:
            return None
        groups = [
            Same(tuple(by_name[one] for one in names), exactly is True) for names, exactly in page["same"]
        ]
        told = [Pair((by_name[one], by_name[two]), tuple(map(str, said))) for one, two, said in page["pairs"]]
        return Common(tuple(groups), tuple(told))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(path: Path, key: str, found: Common) -> None:
    groups = [[[row.entry.name for row in one.rows], one.exactly] for one in found.same]
    table = [[*(row.entry.name for row in pair.rows), pair.said] for pair in found.pairs]
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.part")
    half.write_text(json.dumps({"key": key, "same": groups, "pairs": table}, indent=1), encoding="utf-8")
    half.replace(path)


def _key(rows: Sequence[Row], handout: Slice | None) -> str:
    """Return a hash of all that pairs depend on, wording included."""
    whole = hashlib.sha256(grader_sha().encode())
    whole.update(repr(handout).encode(errors="surrogatepass"))
    for row in rows:
        whole.update(repr((row.entry, row.grade and _of_grade(row.grade))).encode(errors="surrogatepass"))
    return whole.hexdigest()


def _of_grade(grade: Grade) -> tuple[object, ...]:
    causes = [(check.id, check.outcome, causes_of(check)) for check in grade.checks]
    submission = grade.submission
    return submission.slice, submission.problem, submission.saved.runs, submission.saved.answers, causes
