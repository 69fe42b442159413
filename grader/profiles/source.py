"""A profile's file as it was written: its text, and the table in it."""

from __future__ import annotations

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
        raise CallError(f"{path.name}: {error}") from error


@lru_cache(maxsize=32)
def _parsed_once(text: str) -> Table:
    """A class asks for its profile with every submission."""
    return parsed(text)


def parsed(text: str) -> dict[str, Any]:
    """The table in a text; raises ValueError with the line where it is no TOML."""
    return tomllib.loads(text, parse_float=Decimal)
