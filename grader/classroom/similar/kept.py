"""The pairs of a class, kept beside its page: a class that hasn't changed is not compared again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from grader.classroom.identity import grader_sha
from grader.classroom.similar.pairs import Pair, pairs
from grader.classroom.statistics import Row
from grader.marks.about import causes_of
from grader.records.grade import Grade
from grader.records.submission import Slice

FILE = ".alike.json"


def kept_pairs(rows: Sequence[Row], handout: Slice | None, folder: Path) -> tuple[Pair, ...]:
    """The pairs of these rows, as they were kept in a folder or found anew and kept."""
    key = _key(rows, handout)
    found = _read(folder / FILE, key, rows)
    if found is None:
        found = pairs(rows, handout)
        _write(folder / FILE, key, rows, found)
    return found


def _read(path: Path, key: str, rows: Sequence[Row]) -> tuple[Pair, ...] | None:
    """None where nothing is kept of this class as it is."""
    by_name = {row.entry.name: row for row in rows}
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
        if page["key"] != key:
            return None
        return tuple(
            Pair((by_name[first], by_name[second]), tuple(map(str, said)))
            for first, second, said in page["pairs"]
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(path: Path, key: str, rows: Sequence[Row], found: Sequence[Pair]) -> None:
    table = [[*(row.entry.name for row in pair.rows), pair.said] for pair in found]
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.part")
    half.write_text(json.dumps({"key": key, "pairs": table}, indent=1), encoding="utf-8")
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
