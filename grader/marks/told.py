"""What a file of marks tells, TOML or CSV, each thing with its place; it may all be wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import tables
from grader.errors import CallError

COLUMNS = ("submission", "line", "points", "of", "comment", "cause", "by", "at", "about", "now")
ALIASES = {"student": "submission", "check": "line", "id": "line", "score": "points"}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a file says, and where; `submission` None: of everybody with a cause."""

    place: str
    submission: str | None
    line: str
    values: Mapping[str, Any]


def toml(path: Path, within: tuple[str, ...] = ()) -> Iterator[Told]:
    """The tables of a TOML file: submission, part, check; `within` are the keys that it leaves out."""
    text = tables.text_of(path)
    try:
        page = tomllib.loads(text)
        lines = _headers(text)
        decisions = page.pop("decision") if isinstance(page.get("decision"), list) else []
        leaves = list(_leaves(page, ()))
    except (ValueError, RecursionError) as error:  # numbers of any length, brackets in brackets
        raise CallError(f"{path}: {error}") from None
    for n, values in enumerate(decisions, 1):
        yield Told(f"{path}, decision {n}", None, "", values if isinstance(values, dict) else {})
    for own, values in leaves:
        place, keys = f"{path}, line {lines.get(own, 1)}", (*within, *own)
        yield Told(place, keys[0], ".".join(keys[1:]), values if isinstance(values, dict) else {"": values})


def _leaves(page: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The innermost tables with the keys that lead to them; where a value stands alone, that value."""
    for key, value in page.items():
        if isinstance(value, dict) and any(isinstance(inner, dict) for inner in value.values()):
            yield from _leaves(value, (*keys, key))
        else:
            yield (*keys, key), value


def _headers(text: str) -> Mapping[tuple[str, ...], int]:
    """Keys of each [table] -> its line."""
    found: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("[") and (keys := _header(line)):
            found.setdefault(keys, number)
    return found


def _header(line: str) -> tuple[str, ...]:
    try:
        page: Any = tomllib.loads(line)
    except (ValueError, RecursionError):
        return ()
    keys = list[str]()
    while isinstance(page, dict) and page:
        ((key, page),) = page.items()
        keys.append(key)
    return tuple(keys)


def in_csv(path: Path) -> Iterator[Told]:
    """The rows of a CSV file that somebody has filled in."""
    header, *rows = tables.read(path) or [tables.Line(1, ())]
    names = [_column(cell) for cell in header.cells]
    if "line" not in names or "points" not in names or not {"submission", "cause"} & set(names):
        raise CallError(f"{path}, line 1: these columns are needed: submission, line, points (and comment).")
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=False) if name in COLUMNS}
        who, line, _ = cells.pop("submission", ""), cells.pop("line", ""), cells.pop("of", "")
        values = {name: cell for name, cell in cells.items() if cell and (name != "cause" or not who)}
        if not set(values) & {"points", "comment"}:
            continue  # nobody has filled it in
        if "points" in values:
            values["points"] = _number(values["points"])
        yield Told(f"{path}, line {row.number}", who or None, line, values)


def _column(cell: str) -> str:
    name = " ".join(cell.casefold().split())
    return ALIASES.get(name, name)


def _number(cell: str) -> Any:
    """A number as a spreadsheet of any country writes it; what is none stays as it is."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return cell


READERS: dict[str, Callable[[Path], Iterable[Told]]] = {".toml": toml, ".csv": in_csv}
