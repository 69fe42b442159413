"""A finding: one difference between a submission and the assignment, and the rubric line that pays for it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records.reason import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in one sentence, with what was expected and what was found."""

    line: str
    rationale: str
    help: str = ""
    expected: str = ""
    actual: str = ""
    where: Place | None = None


def merge(findings: list[Finding]) -> Finding:
    """Say several findings of one line as one; the first gives the place."""
    first = findings[0]
    if len(findings) == 1:
        return first
    return Finding(
        line=first.line,
        rationale="; ".join(dict.fromkeys(finding.rationale for finding in findings[:6]))
        + (f"; and {len(findings) - 6} more" if len(findings) > 6 else ""),
        help=first.help,
        expected="\n".join(dict.fromkeys(f.expected for f in findings if f.expected)),
        actual="\n".join(dict.fromkeys(f.actual for f in findings if f.actual)),
        where=next((finding.where for finding in findings if finding.where), None),
    )


def both(pair: tuple[int, int]) -> str:
    """Write a pair of numbers: one if they are equal."""
    return str(pair[0]) if pair[0] == pair[1] else f"({pair[0]}, {pair[1]})"
