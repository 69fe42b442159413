"""What the log of marks says beside the marks: items, flags, second readings, requests. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.marks.entry import Entry, Flag, Item, Mark, Reading, Reply, Request, Reveal, What
from grader.marks.standing import Standing, live, standing


class Place(NamedTuple):
    """One line of one submission."""

    subject: str
    line: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A student's request, and the answer once there is one."""

    request: Entry
    reply: Entry | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What stands of a log; `entries` are all of it, and `gone` the numbers of those taken back."""

    entries: tuple[Entry, ...] = ()
    standing: Standing = field(default_factory=Standing)
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)  # by line
    flags: frozenset[Place] = frozenset()
    readings: Mapping[Place, tuple[Entry, ...]] = field(default_factory=dict)
    threads: Mapping[Place, Thread] = field(default_factory=dict)
    revealed: frozenset[str] = frozenset()
    gone: frozenset[int] = frozenset()

    @property
    def version(self) -> int:
        """The number of the last entry."""
        return self.entries[-1].number if self.entries else 0

    def mark(self, place: Place) -> Entry | None:
        """The mark that stands for a line."""
        return self.standing.of(place.subject).get(place.line)

    def about(self, target: str) -> tuple[Entry, ...]:
        """Everything that was ever said about one thing."""
        return tuple(entry for entry in self.entries if entry.what.target == target)


def ledger(entries: Sequence[Entry]) -> Ledger:
    """Read a whole log, in its order."""
    standing_ = live(entries)
    items: dict[str, Item] = {}
    flags: dict[Place, bool] = {}
    readings: dict[str, Entry] = {}
    threads: dict[Place, Thread] = {}
    for entry in standing_:
        match entry.what:
            case Item() as item:
                items[item.target] = item
            case Flag(subject, line, raised):
                flags[Place(subject, line)] = raised
            case Reading() as reading:
                readings[reading.target] = entry
            case Request(subject, line):
                threads[Place(subject, line)] = Thread(entry)
            case Reply(subject, line) if (place := Place(subject, line)) in threads:
                threads[place] = Thread(threads[place].request, entry)
    return Ledger(
        entries=tuple(entries),
        standing=standing(entries),
        items=_by_line(items),
        flags=frozenset(place for place, raised in flags.items() if raised),
        readings=_by_place(readings),
        threads=threads,
        revealed=frozenset(entry.what.submission for entry in standing_ if isinstance(entry.what, Reveal)),
        gone=frozenset(entry.number for entry in entries) - {entry.number for entry in standing_},
    )


def place_of(what: What) -> Place | None:
    """The line that an entry is about; None for what is about none, or about many."""
    if isinstance(what, Mark | Reading | Flag | Request | Reply):
        return Place(what.submission, what.line)
    return None


def _by_line(items: Mapping[str, Item]) -> dict[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for item in sorted(items.values(), key=lambda item: item.slot):
        found[item.line] = (*found.get(item.line, ()), item)
    return found


def _by_place(readings: Mapping[str, Entry]) -> dict[Place, tuple[Entry, ...]]:
    found: dict[Place, tuple[Entry, ...]] = {}
    for entry in readings.values():
        if place := place_of(entry.what):
            found[place] = (*found.get(place, ()), entry)
    return found
