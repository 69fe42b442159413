"""A profile's file as it was written: its text, and the table in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader import tables
from grader.errors import CallError

Table = Mapping[str, Any]
WHERE = re.compile(r"\(at line (\d+), column (\d+)\)$")
DEEPEST = 20  # tables and lists in one another: a profile has four
ENTRIES = {"part": "id", "lines": "check"}  # lists of tables, each known by a key of its own


@dataclass(frozen=True, slots=True)
class Source:
    """One file; numbers with a point are Decimals, so that points add up as they do on paper."""

    path: Path
    text: str
    table: Table = field(compare=False, repr=False)


def read(path: Path) -> Source:
    """Read a file; raises CallError where it is not there or is no TOML."""
    text = tables.text_of(path)
    try:
        return Source(path, text, _parsed_once(text))
    except (ValueError, RecursionError) as error:
        raise CallError(_not_toml(path, str(error))) from error


def _not_toml(path: Path, error: str) -> str:
    """What is told of a file that can't be read: its line, and what mostly is the matter."""
    at = WHERE.search(error)
    hint = '. Texts stand between straight quotes: title = "Vision"' if "Invalid value" in error else ""
    if at is None:
        return f"{path.name}: {error}"
    return (
        f"{path.name}, line {at[1]}: it is not TOML: {error[: at.start()].strip()}, in column {at[2]}{hint}"
    )


@lru_cache(maxsize=32)
def _parsed_once(text: str) -> Table:
    """A class asks for its profile with every submission."""
    table = parsed(text)
    if _is_deep(table):
        raise ValueError(f"more than {DEEPEST} tables lie in one another")
    return table


def _is_deep(table: Table) -> bool:
    """Whether more tables and lists lie in one another than those who read them go down."""
    held: list[Any] = [table]
    for _ in range(DEEPEST):
        parts = (part for one in held for part in (one.values() if isinstance(one, dict) else one))
        held = [part for part in parts if isinstance(part, dict | list)]
    return bool(held)


def parsed(text: str) -> dict[str, Any]:
    """The table in a text; raises ValueError with the line where it is no TOML."""
    return tomllib.loads(text, parse_float=Decimal)
