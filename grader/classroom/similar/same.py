"""Submissions with one code, by what the grader runs: the same, or but for names, comments and layout."""

from __future__ import annotations

import hashlib
import io
import keyword
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.classroom.statistics import Row
from grader.records.submission import Slice

FEWEST = 200  # words of code; less of it may well be the same by chance
LAYOUT = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


@dataclass(frozen=True, slots=True)
class Same:
    """Submissions of several people with one code; `exactly` False: but for names, comments and layout."""

    rows: tuple[Row, ...]
    exactly: bool


def same(rows: Sequence[Row]) -> tuple[Same, ...]:
    """The groups, the largest first; a student's own submissions are no group."""
    by_code: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in rows:
        if row.grade and not row.grade.submission.problem:
            words = list(_words(row.grade.submission.slice))
            if len(words) >= FEWEST:
                by_code[_sha(_renamed(words))].append((row, _sha(words)))
    found = (
        Same(tuple(row for row, _ in group), len({whole for _, whole in group}) == 1)
        for group in by_code.values()
        if len({row.entry.people for row, _ in group}) > 1
    )
    return tuple(sorted(found, key=lambda one: (-len(one.rows), one.rows[0].entry.name)))


def _words(slice_: Slice) -> Iterator[str]:
    """The tokens of the code that would be run, as far as it can be read."""
    chunks = [chunk for module in slice_.modules for chunk in module.chunks]
    for chunk in (*chunks, *slice_.cam_cell):
        try:
            tokens = tokenize.generate_tokens(io.StringIO(chunk.source).readline)
            yield from (token.string for token in tokens if token.type not in LAYOUT)
        except (tokenize.TokenError, SyntaxError):
            continue


def _renamed(words: Iterable[str]) -> Iterator[str]:
    """Every name as the number of its first use."""
    numbers: dict[str, int] = {}
    for word in words:
        is_name = word.isidentifier() and not keyword.iskeyword(word)
        yield f"name {numbers.setdefault(word, len(numbers))}" if is_name else word


def _sha(words: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for word in words:
        whole.update(word.encode(errors="surrogatepass") + b"\0")
    return whole.hexdigest()
