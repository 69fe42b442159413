"""What is wrong in a profile as a person reads it: the file, the line, the place, what to put right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.profiles.form import Fault, Path
from grader.profiles.source import Source, parsed

OTHER = "_renamed_"  # no key of any file


def told(source: Source, fault: Fault) -> str:
    """A fault as a sentence."""
    line = line_of(source, fault.path)
    where = f"{source.path.name}, line {line}" if line else source.path.name
    return f"{where}: {_place(source.table, fault.path)}{fault.text}"


def line_of(source: Source, path: Path) -> int | None:
    """The line that the last key of a path stands on: where renaming it renames it in what is read.

    Of an entry of a list it is the entry's first key; None for what is not written there.
    """
    keys = _down_to_a_key(source.table, path)
    if not keys:
        return None
    for at in _occurrences(source.text, keys[-1]):
        renamed = source.text[:at] + OTHER + source.text[at + len(keys[-1]) :]
        try:
            parent = _at(parsed(renamed), keys[:-1])
        except (ValueError, LookupError, TypeError):
            continue
        if isinstance(parent, dict) and OTHER in parent:
            return source.text.count("\n", 0, at) + 1
    return None


def _down_to_a_key(table: Any, path: Path) -> tuple[Any, ...]:
    """A path that ends in a key which is there; () for the file as a whole."""
    keys: list[Any] = []
    key: Any
    for key in path:
        if not (
            (isinstance(table, list) and isinstance(key, int)) or (isinstance(table, dict) and key in table)
        ):
            break
        keys.append(key)
        table = table[key]
    if keys and isinstance(keys[-1], int) and isinstance(table, dict) and table:
        keys.append(next(iter(table)))
    while keys and isinstance(keys[-1], int):
        keys.pop()
    return tuple(keys)


def _occurrences(text: str, key: str) -> Iterator[int]:
    at = text.find(key)
    while at >= 0:
        yield at
        at = text.find(key, at + 1)


def _at(table: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        table = table[key]
    return table


def _place(table: Any, path: Path) -> str:
    """The parts and lines that a path leads through, by their names: "part 'cam', line 'dtype': "."""
    names = []
    for at, key in enumerate(path):
        if not isinstance(key, int):
            continue
        kind = "part" if path[at - 1] == "part" else "line"
        entry = _at(table, path[: at + 1])
        name = entry.get("id" if kind == "part" else "check") if isinstance(entry, dict) else None
        names.append(f"{kind} {name!r}" if isinstance(name, str) else f"{kind} {key + 1}")
    return f"{', '.join(names)}: " if names else ""
