"""Which candidate is likelier to be meant: what it defines and imports, its form, its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import re2

from grader.intake.candidate import Candidate, homes
from grader.intake.code.library import Library
from grader.intake.code.statements import Source

COPY = re2.compile(  # a file or folder "scratch", but not "from_scratch"
    r"(?i)-copy\d*\.|-checkpoint\.|\(\d+\)\.|copy of |draft|backup|(?:^|/)scratch\d*[./]"
    r"|(?:^|[^a-z])(?:old|previous|deprecated|obsolete|unused|trash|archived?|attempts?|template|starter"
    r"|handout|wip)(?:[^a-z]|$)"
)
FINAL = re2.compile(
    r"(?i)(?:^|[^a-z])(?:final|finished|completed?|submit|submitted|submission|latest)(?:[^a-z]|$)"
)
DIGITS = re2.compile(r"\d{1,8}")
FILLED = 0.7  # of the longest candidate's code; the empty template has less

Reach = Mapping[str, Candidate]  # a candidate and all that it imports, by path


def reach(each: Candidate, candidates: Iterable[Candidate], files: Mapping[str, tuple[Source, ...]]) -> Reach:
    """A candidate and the files that it imports, and those that they import."""
    by_path = {other.path: other for other in candidates}
    library = Library(files, homes([each]))
    found, stack = {each.path: each}, [each]
    while stack:
        one = stack.pop()
        importer = library.name_of(one.path)
        for name in sorted(one.imports):
            path = library.path(library.absolute(name, importer)) or library.path(name.lstrip("."))
            if path in by_path and path not in found:
                found[path] = by_path[path]
                stack.append(by_path[path])
    return found


def ranked(candidates: Sequence[Candidate], reaches: Mapping[str, Reach]) -> list[Candidate]:
    """The candidates, likeliest first."""
    longest = max(map(_length, reaches.values()))
    return sorted(candidates, key=lambda each: _rank(each, reaches[each.path], longest), reverse=True)


def defined(reach: Reach) -> frozenset[str]:
    """The targets that a candidate has, bound by itself or by what it imports."""
    return frozenset(name for each in reach.values() for name in each.defines)


def _length(reach: Reach) -> int:
    return sum(each.length for each in reach.values())


def _rank(each: Candidate, reach: Reach, longest: int) -> tuple[object, ...]:
    """What makes a candidate likelier than another, most telling first."""
    return (
        len(defined(reach)),
        _length(reach) >= FILLED * longest,
        each.is_notebook,
        any(cell.outputs for cell in each.cells),
        _standing(each.path),
        _length(reach),
        each.shows_maps,
        -each.path.count("/"),
        DIGITS.sub(lambda found: found[0].zfill(8), each.path),  # v10 after v9
    )


def _standing(path: str) -> int:
    """How likely a name makes it that this was meant: more for "final", less for a copy or an old one."""
    return 0 if COPY.search(path) else 2 if FINAL.search(path) else 1
