"""The skips: where each is taken from, what it goes through, and how and where it joins."""

from __future__ import annotations

from collections.abc import Iterator

from grader.diagnosis import thrown
from grader.diagnosis.causes import because
from grader.diagnosis.words import deed, held, plain
from grader.network.abandoned import UNUSED
from grader.network.graph import Expr
from grader.network.path import Join
from grader.network.reading import Reading
from grader.network.roles import is_pool
from grader.records.reason import Place, Reason
from reference.architecture import BLOCKS, Skip

VERBS = {
    "instead": "put in the place of what it joins",
    "cat": "concatenated",
    "mul": "multiplied",
    "div": "divided",
    "pow": "taken as an exponent",
    "stack": "stacked",
    "stack, mean": "averaged with what it joins",
    "stack, max": "joined by a maximum",
    "stack, amax": "joined by a maximum",
    "stack, min": "joined by a minimum",
    "stack, amin": "joined by a minimum",
    "maximum": "joined by a maximum",
    "minimum": "joined by a minimum",
}
CHANGES = (
    "aten.flip",
    "aten.roll",
    "aten.transpose",
    "aten.permute",
    "aten.rot90",
    "norm",
    "aten.add",
    "aten.sub",
    "aten.mul",
    "aten.div",
    "aten.pow",
    "pool",
)
REDUCTIONS = ("mean", "max", "min", "amax", "amin", "prod", "sum", "median")
BEFORE_THE_POOL = "{} (before the pooling)"
LAST_OF_BLOCKS = tuple(f"conv{block}_{len(widths)}" for block, widths in enumerate(BLOCKS, start=1))


def skip_findings(reading: Reading) -> Iterator[Reason]:
    """Find skips that are missing, taken or joined elsewhere, or not plainly added."""
    for skip in reading.architecture.skips:
        found = reading.join_of(skip)
        if found is None and thrown.joins(reading, skip):
            continue  # it is lost with the transposed convolution that took the sum
        if found is None:
            place = _joined_before(reading, skip)
            yield because(
                "skip.missing", pool=skip.pool, expected=_formula(skip), actual="not joined", place=place
            )
        else:
            yield from _join_findings(reading, skip, *found)
    yield from _other_joins(reading)
    for step in reading.path.steps[reading.first_upscore : reading.last_layer]:
        if step.op == "scale" and reading.architecture.skips:
            yield _scaled(reading, step)


def _joined_before(reading: Reading, skip: Skip) -> Place | None:
    """Return the line that takes the sum with a skip: that of the next transposed convolution."""
    order = [upscore.role for upscore in reading.architecture.upscores]
    later = order[order.index(skip.after) + 1 :]
    after = (reading.layers[role].expr.place for role in later if role in reading.layers)
    return next(filter(None, after), None) or reading.beside(skip.after)


def _scaled(reading: Reading, step: Expr) -> Reason:
    """Name a factor on the way up: that of a sum with a skip, or of a map before it joins one."""
    position, got = reading.path.places[step.key], f"{step['factor']:.4g}"
    after = reading.after(position)
    wanted, actual, place = "a plain sum", f"times {got}", step.place
    for skip in reading.architecture.skips:
        found = reading.join_of(skip)
        if found and reading.positions.get(after, position) < found[0] < position:
            return because("skip.after", pool=skip.pool, got=got, expected=wanted, actual=actual, place=place)
    return because("skip.before", after=after, got=got, expected=wanted, actual=actual, place=place)


def _formula(skip: Skip) -> str:
    return f"{skip.after} + {skip.score.role}({skip.pool})[{skip.crop} : {skip.crop} + size]"


def _join_findings(reading: Reading, skip: Skip, position: int, join: Join) -> Iterator[Reason]:
    yield from _side_findings(reading, skip, join)
    yield from _main_findings(reading, skip, position, join)


def _side_findings(reading: Reading, skip: Skip, join: Join) -> Iterator[Reason]:
    """Find what was done to the skip itself: how it is joined, and where it comes from."""
    place, wanted = join.expr.place, _formula(skip)
    if join.kind == UNUSED:
        got = "joined nowhere"
        yield because("skip.unused", pool=skip.pool, expected=wanted, actual=got, place=place)
    elif join.kind != "add":
        together = f"{join.kind}, {reduced(reading, join)}"
        got = VERBS.get(together) or VERBS.get(join.kind, join.kind)
        yield because("skip.joined", pool=skip.pool, got=got, expected=wanted, actual=join.kind, place=place)
    elif join.coefficient < 0:
        at = _factor_place(join)
        yield because("skip.subtracted", pool=skip.pool, expected=wanted, actual="a minus", place=at)
    if abs(join.coefficient) != 1:
        got, at = f"{abs(join.coefficient):.4g}", _factor_place(join)
        yield because(
            "skip.scaled", pool=skip.pool, got=got, expected=wanted, actual=f"times {got}", place=at
        )
    yield from _changed(reading, skip, join)
    tap = tap_name(reading, join)
    if tap != skip.pool and not _lacks_its_pool(reading, skip, tap):
        taken = next((part.place for part in join.side if part.place), place)
        yield because("skip.source", pool=skip.pool, got=tap, expected=wanted, actual=tap, place=taken)


def _lacks_its_pool(reading: Reading, skip: Skip, tap: str) -> bool:
    """Return whether a skip comes from where its pool would be, which is missing: that is paid for there."""
    block = int(skip.pool.removeprefix("pool"))
    return skip.pool not in reading.pools and tap == BEFORE_THE_POOL.format(LAST_OF_BLOCKS[block - 1])


def reduced(reading: Reading, join: Join) -> str:
    """Return the operation that makes one map of two which were stacked, if it follows."""
    after = reading.path.places[join.expr.key] + 1
    step = plain(reading.path.steps[after]) if after < len(reading.path.steps) else ""
    return step if join.kind == "stack" and step in REDUCTIONS else ""


def _changed(reading: Reading, skip: Skip, join: Join) -> Iterator[Reason]:
    """Find what else a skip goes through on its way."""
    for part in join.side:
        if any(name in part.op for name in CHANGES) or (part.op == "add" and held(part)):
            done = deed(part)
            yield because(
                "skip.changed",
                pool=skip.pool,
                got=done,
                expected=_formula(skip),
                actual=done,
                place=part.place,
            )


def _factor_place(join: Join) -> Place | None:
    """Return where a skip was multiplied: the factor's own line, else that of the sum."""
    scaled = (part.place for part in join.side if part.op == "scale" and part["factor"] != 1)
    return next(filter(None, scaled), join.expr.place)


def _main_findings(reading: Reading, skip: Skip, position: int, join: Join) -> Iterator[Reason]:
    """Find what was done to what the skip joins, and where it joins."""
    place, wanted, after = join.expr.place, _formula(skip), reading.after(position)
    if join.main < 0:
        yield because("skip.other_subtracted", pool=skip.pool, expected=wanted, actual="a minus", place=place)
    elif join.main != 1:
        got = f"{join.main:.4g}"
        yield because(
            "skip.other_scaled", pool=skip.pool, got=got, expected=wanted, actual=f"times {got}", place=place
        )
    if after != skip.after and skip.after in reading.layers:
        yield because(
            "skip.place",
            pool=skip.pool,
            got=after or "the input",
            want=skip.after,
            expected=wanted,
            actual=f"{after} + ...",
            place=place,
        )


def tap_name(reading: Reading, join: Join) -> str:
    """Return where on the main path a skip was taken from."""
    if join.tap is None:
        return "something else"
    position = reading.path.places[join.tap.key]
    role = reading.after(position)
    node = reading.pools.get(role)
    behind = reading.path.steps[position + 1 :]
    later_relu = next((s.op == "relu" for s in behind if s.op != "max_pool" and not is_pool(s)), False)
    if node is not None:
        return f"{role} before its ReLU" if later_relu and not _has_relu(reading, position) else role
    if join.tap.op != "relu":
        return f"{role} before its ReLU"
    return BEFORE_THE_POOL.format(role) if role in LAST_OF_BLOCKS else role


def _has_relu(reading: Reading, position: int) -> bool:
    """Return whether a ReLU stands between the last convolution at or before a position, and the position."""
    for step in reversed(reading.path.steps[: position + 1]):
        if step.op == "relu":
            return True
        if step.op in ("conv", "deconv"):
            return False
    return False


def where_skips_join(reading: Reading) -> set[int]:
    """Return where the assignment's skips join, wherever that is."""
    return {found[0] for skip in reading.architecture.skips if (found := reading.join_of(skip))}


def on_the_way_up(reading: Reading, position: int) -> bool:
    """Return whether a position is where skips may join, so that the skips line looks at what does."""
    between = reading.first_upscore <= position <= reading.last_layer
    return between and bool(reading.architecture.skips)


def _other_joins(reading: Reading) -> Iterator[Reason]:
    taken = [tap_name(reading, reading.path.joins[position]) for position in where_skips_join(reading)]
    for position, join in reading.path.joins.items():
        if position in where_skips_join(reading) or not on_the_way_up(reading, position):
            continue
        tap, place = tap_name(reading, join), join.expr.place
        if tap in taken:
            expected, actual = "each skip added once", f"{tap} joined once more"
            yield because("skip.twice", pool=tap, expected=expected, actual=actual, place=place)
        else:
            expected, actual = "the assignment's skips alone", f"{tap} joined"
            after = reading.after(position)
            yield because("skip.extra", got=tap, after=after, expected=expected, actual=actual, place=place)
