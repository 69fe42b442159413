"""Inheritance: a profile says only what differs, and what it does not say is its parent's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from grader.profiles.source import ENTRIES, Table

HUNDREDTH = Decimal("0.01")


def merged(parent: Table, child: Table) -> dict[str, Any]:
    """The parent's table with what the child says; lines whose points nobody says share what is left."""
    whole = _over({key: value for key, value in parent.items() if key != "inherits"}, child)
    said = {part["id"]: part for part in child.get("part", ())}
    whole["part"] = [_shared(part, said.get(part["id"], {})) for part in whole.get("part", ())]
    return whole


def _over(parent: Table, child: Table) -> dict[str, Any]:
    """Tables within tables are merged, entries of lists by their names; all else is replaced."""
    whole = dict(parent)
    for key, value in child.items():
        if key in ENTRIES:
            whole[key] = _entries(parent.get(key, ()), value, ENTRIES[key])
        else:
            both = isinstance(value, dict) and isinstance(parent.get(key), dict)
            whole[key] = _over(parent[key], value) if both else value
    return whole


def _entries(parents: Iterable[Table], children: Iterable[Table], name: str) -> list[dict[str, Any]]:
    """The parent's entries in their order, changed; one that is new, or on again, behind its predecessor."""
    own, before = {child[name]: child for child in children}, {parent[name]: parent for parent in parents}
    whole = {key: _over(parent, own.get(key, {})) for key, parent in before.items()}
    order, last = list(whole), ""
    for key, child in own.items():
        if key not in whole or (child.get("on") is True and not before[key].get("on", True)):
            whole.setdefault(key, dict(child))
            order = [one for one in order if one != key]
            order.insert(order.index(last) + 1 if last else len(order), key)
        last = key
    return [whole[key] for key in order]


def _shared(part: Table, said: Table) -> dict[str, Any]:
    """A part whose lines add up to its points, as far as the child left that to us."""
    fixed = {line["check"] for line in said.get("lines", ()) if "points" in line}
    on = [line for line in part.get("lines", ()) if line.get("on", True)]
    free = [line for line in on if line["check"] not in fixed and "points" in line]
    if "points" in said and len(free) and "points" in part:
        left = Decimal(part["points"]) - sum(Decimal(line["points"]) for line in on if line["check"] in fixed)
        shares = dict(zip((line["check"] for line in free), _scaled(free, left), strict=True))
        lines = [{**line, "points": shares.get(line["check"], line.get("points"))} for line in part["lines"]]
        return {**part, "lines": lines}
    if "points" not in said and said:
        return {**part, "points": sum(Decimal(line.get("points", 0)) for line in on)}
    return dict(part)


def _scaled(lines: Sequence[Table], whole: Decimal) -> list[Decimal]:
    """The points of lines in proportion, in hundredths that add up to the whole: largest remainders first."""
    before = [Decimal(line["points"]) for line in lines]
    total = sum(before)
    if total == whole or total <= 0:
        return before
    exact = [points * whole / total for points in before]
    shares = [share.quantize(HUNDREDTH, ROUND_DOWN) for share in exact]
    missing = int((whole - sum(shares)) / HUNDREDTH)
    order = sorted(range(len(shares)), key=lambda at: shares[at] - exact[at])
    return [share + HUNDREDTH * (at in order[:missing]) for at, share in enumerate(shares)]
