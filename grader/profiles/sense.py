"""What is wrong in a profile as a whole: what only a file with all that it inherits can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from keyword import iskeyword
from typing import Any

from grader.assignment import GRADED, JUDGED, WEIGHT
from grader.profiles.form import Fault, Path, near, repeated
from grader.profiles.source import ENTRIES, Table

NAMES = (*GRADED, WEIGHT)  # what a year may call otherwise
SCALES = ("steps", "slope")  # what a measured figure earns between cut-offs
FALLS = "training_loss"  # the line whose figure is better where it is smaller
MEASURED = (FALLS, "training_accuracy", "training_iou")
PLAN = {"data", "weights", "train", "validation", "test", "epochs"}  # what every training plan says


def sense_faults(own: Table, whole: Table, offered: Table) -> list[Fault]:
    """What is wrong in a file with all that it inherits; `offered` is what the grader has checks for."""
    return [fault for rule in RULES for fault in rule(own, whole, offered)]


def _parts_known(own: Table, whole: Table, offered: Table) -> Iterator[Fault]:
    """A part that a person grades may have any name; one with checks must be one that the grader has."""
    have = {part["id"]: {line["check"] for line in part["lines"]} for part in offered["part"]}
    by = {part["id"]: part.get("by", "checks") for part in whole["part"]}
    for path, part in _own(own, "part"):
        if by[part["id"]] == "a person":
            if part["id"] in JUDGED:
                what = (
                    f"checks of the grader bear this name: a part that {by[part['id']]} grades needs another"
                )
                yield Fault((*path, "id"), what)
            continue
        if part["id"] not in have:
            what = f'the grader has no checks for it{near(part["id"], have)}; or say by = "a person"'
            yield Fault((*path, "id"), what)
            continue
        for inner, line in _own(part, "lines", path):
            if line["check"] not in have[part["id"]]:
                unknown = f"the grader has no such check{near(line['check'], have[part['id']])}"
                yield Fault((*inner, "check"), unknown)


def _asleep(own: Table, whole: Table, _: Table) -> Iterator[Fault]:
    """Whoever changes what is off says whether it stays so."""
    parts = {part["id"]: part for part in whole["part"]}
    for path, part in _own(own, "part"):
        lines = {line["check"]: line for line in parts[part["id"]].get("lines", ())}
        mine = _own(part, "lines", path)
        entries = [(path, part, parts[part["id"]]), *((at, one, lines[one["check"]]) for at, one in mine)]
        for at, said, known in entries:
            if "on" not in said and not known.get("on", True):
                yield Fault(at, "it is off in what is inherited: say on = true, or on = false")


def _complete(own: Table, whole: Table, offered: Table) -> Iterator[Fault]:
    """Every part and line has what it needs, from here or from what is inherited; what is unknown aside."""
    known = {part["id"] for part in offered["part"]}
    for part in (part for part in whole["part"] if part.get("on", True)):
        if part["id"] not in known and part.get("by") != "a person":
            continue
        path = _path(own, part["id"])
        if "title" not in part:
            yield Fault((*path, "title"), "'title' must be some words, it is missing")
        if not on(part):
            yield Fault((*path, "lines"), "'lines' must be a list of at least one table, none is on")
        for line in on(part):
            for key, wanted in (("title", "some words"), ("points", "a number")):
                if line.get(key) is None:
                    where = _path(own, part["id"], line["check"])
                    yield Fault((*where, key), f"{key!r} must be {wanted}, it is missing")
    if not any(part.get("on", True) for part in whole["part"]):
        why = "" if own.get("part") else ': say inherits = "ece285", or write each with its lines'
        yield Fault(("part",), f"no part is on{why}")


def _adds_up(own: Table, whole: Table, _: Table) -> Iterator[Fault]:
    """The points of lines add up to those of their part, each above zero."""
    for part in (part for part in whole["part"] if part.get("on", True)):
        points = [Decimal(line["points"]) for line in on(part) if line.get("points") is not None]
        path = (*_path(own, part["id"]), "points")
        if any(value <= 0 for value in points):
            yield Fault(path, f"{part['points']} points are too few: its other lines would be worth nothing")
        elif points and "points" in part and sum(points) != Decimal(part["points"]):
            said = f"its lines add up to {sum(points)} points, but it says points = {part['points']}"
            yield Fault(path, said)


def _plans(own: Table, whole: Table, offered: Table) -> Iterator[Fault]:
    """A training plan can be asked for, says all that it needs, and what it falls back on is there."""
    for name, plan in whole.get("plans", {}).items():
        if name not in offered["plans"]:
            yield Fault(("plans", name), f"unknown training plan {name!r}{near(name, offered['plans'])}")
        for key in sorted(PLAN - set(plan)):
            yield Fault(("plans", name, key), f"plans.{name}: {key!r} is missing")
        other = plan.get("otherwise", "")
        if other and other not in whole["plans"]:
            what = f"plans.{name}: there is no plan {other!r}{near(other, whole['plans'])}"
            yield Fault(("plans", name, "otherwise"), what)


def _scales(own: Table, whole: Table, _: Table) -> Iterator[Fault]:
    """What a figure earns, by plan: either in steps or on a slope, rising to all of the points."""
    every = {(part["id"], line["check"]): line for part in whole["part"] for line in part.get("lines", ())}
    for path, part in _own(own, "part"):
        for inner, line in _own(part, "lines", path):
            for key in (key for key in SCALES if key in line):
                if line["check"] not in MEASURED:
                    what = f"only {', '.join(MEASURED)} measure a figure that could earn a share"
                    yield Fault((*inner, key), what)
                    continue
                both = set.intersection(*(set(every[part["id"], line["check"]].get(k, ())) for k in SCALES))
                for plan, cut_offs in line[key].items():
                    wrong = _off_scale(cut_offs, line["check"] == FALLS)
                    if plan not in whole.get("plans", {}):
                        wrong = f"there is no plan {plan!r}{near(plan, whole.get('plans', {}))}"
                    elif plan in both:
                        wrong = "it is either in steps or on a slope, here it is both"
                    if wrong:
                        yield Fault((*inner, key, plan), f"{key}.{plan}: {wrong}")


def _off_scale(cut_offs: Sequence[Sequence[Any]], falls: bool) -> str:
    figures, percents = zip(*cut_offs, strict=True)
    better = figures[::-1] if falls else figures
    if list(better) != sorted(set(better)):
        return f"its figures must get better, from one cut-off to the next {'lower' if falls else 'higher'}"
    if list(percents) != sorted(set(percents)) or percents[0] < 0 or percents[-1] != 100:
        return "its percents must rise, from 0 or more to 100"
    return ""


def _claims(own: Table, whole: Table, _: Table) -> Iterator[Fault]:
    """A file of claims says its name and its figures, each behind a word of its own."""
    claims = whole.get("claims")
    for key in sorted({"file", "figures"} - set(claims)) if claims is not None else ():
        yield Fault(("claims", key), f"claims: {key!r} is missing")
    figures = own.get("claims", {}).get("figures", ())
    yield from repeated(list(figures), ("claims", "figures"), "key", "key")


def _names(own: Table, whole: Table, _: Table) -> Iterator[Fault]:
    """Two things have two names, none has that of another, and each can be defined in Python."""
    names = whole.get("names", {})
    for name, new in own.get("names", {}).items():
        if iskeyword(new):
            yield Fault(("names", name), f"names: {name} can't be called {new!r}: Python keeps that word")
        taken = [other for other in NAMES if other != name and new in (other, names.get(other))]
        if taken:
            yield Fault(("names", name), f"names: {name} and {taken[0]} can't both be called {new!r}")


def on(part: Table) -> list[Table]:
    """The lines of a part that count."""
    return [line for line in part.get("lines", ()) if line.get("on", True)]


def _own(table: Table, key: str, path: Path = ()) -> list[tuple[Path, Table]]:
    return [((*path, key, at), entry) for at, entry in enumerate(table.get(key, ()))]


def _path(own: Table, *names: str) -> Path:
    """Where a part, or a line of one, stands in a file; as far as it does."""
    path: Path = ()
    for key, name in zip(ENTRIES, names, strict=False):
        found = next((at for at, entry in _own(own, key, path) if entry[ENTRIES[key]] == name), None)
        if found is None:
            return path
        path, own = found, own[key][found[-1]]
    return path


Rule = Callable[[Table, Table, Table], Iterator[Fault]]
RULES: Sequence[Rule] = (_parts_known, _asleep, _complete, _adds_up, _plans, _scales, _claims, _names)
