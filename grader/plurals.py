"""Numbers of things in a sentence."""

from __future__ import annotations


def plural(count: int, one: str, many: str) -> str:
    """The count with the words that go with it: "1 fault costs", "2 faults cost"."""
    return f"{count} {one if count == 1 else many}"
