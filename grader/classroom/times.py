"""When something was handed in, and whether that was in time."""

from __future__ import annotations

from datetime import UTC, datetime


def parse(text: str) -> datetime | None:
    """A time as an export writes it, in UTC where it tells no zone; None for none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def after(at: str, due: str) -> bool:
    """Whether one time is later than the other, whatever their zones; not where one is unknown."""
    one, other = parse(at), parse(due)
    return one is not None and other is not None and one > other
