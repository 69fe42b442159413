"""Which of the names that exist a name may be a slip for."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 3  # characters; any two names of one letter are a letter apart
MOST = 3  # candidates: each costs a run of the submission


def alike(name: str, known: Iterable[str]) -> list[str]:
    """The names that differ in case and underscores alone, then those that are one edit away."""
    others = sorted(set(known) - {name})
    same = [other for other in others if _bare(other) == _bare(name) and _bare(name)]
    near = [other for other in others if other not in same and _is_near(name, other)]
    return (same + near)[:MOST]


def longer_or_shorter(name: str, known: Iterable[str]) -> list[str]:
    """The names that a name begins with, or that begin with it: `min` for `minimum`."""
    others = (other for other in sorted(set(known) - {name}) if min(len(name), len(other)) >= SHORTEST)
    return [other for other in others if name.startswith(other) or other.startswith(name)][:MOST]


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


def _is_near(name: str, other: str) -> bool:
    return min(len(name), len(other)) >= SHORTEST and is_one_edit(_bare(name), _bare(other))


def is_one_edit(a: str, b: str) -> bool:
    """Whether one letter more, less, other, or two letters swapped make one name of another."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    swapped = a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
    return swapped or a[at + 1 :] == b[at + 1 :] or a[at + 1 :] == b[at:] or a[at:] == b[at + 1 :]
