"""Files with the marks of a merge that was never resolved."""

from __future__ import annotations

MARKS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


def one_side(lines: list[str]) -> list[str]:
    """Lines without the marks of a merge, each where it was: of both sides the upper one counts."""
    result, side = [], ""
    for line in lines:
        mark = line[:7] if line[:8].rstrip() in MARKS else ""
        side = {"<<<<<<<": "upper", ">>>>>>>": ""}.get(mark, side)
        side = "lower" if side and mark in ("|||||||", "=======") else side
        result.append("" if side == "lower" or (mark and mark != "=======") or (mark and side) else line)
    return result
