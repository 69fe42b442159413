"""What is taken out of a folder or an archive: safe names, the kinds we read, and limits on all of it."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Protocol

import re2

MEGABYTE = 1 << 20
LARGEST = {"ipynb": 48 * MEGABYTE, "document": MEGABYTE, "py": MEGABYTE // 4, "archive": 64 * MEGABYTE}
TOTAL = {"ipynb": 96 * MEGABYTE, "document": 2 * MEGABYTE, "py": 2 * MEGABYTE, "archive": 64 * MEGABYTE}
LARGEST_TEXT, MOST_TEXTS = 64 * 1024, 8
LARGEST_DATA, MOST_DATA = MEGABYTE // 4, 40  # of files that code may read, and of all together a megabyte
MOST_MEMBERS = 20_000  # the data set, packed by mistake, has some 2000
MOST_FILES = 200  # notebooks and Python files that are read
TOO_MANY = f"more than {MOST_FILES} notebooks and Python files: the rest was not read"
MOST_NAMES = 50  # of files we don't read, and of notes
MOST_LARGE = 40  # files that turn out to be too large once they are read: each costs what is read of it
NAME_LENGTH = 200  # characters of a path in a report
DEPTH = 64  # folders in each other

JUNK = {"__MACOSX", "__pycache__", "node_modules", "site-packages", "venv", "env"}
KINDS = dict.fromkeys((".ipynb", ".ipynb.json", ".ipynb.txt"), "ipynb")
KINDS |= {".py": "py", ".py.txt": "py"}
KINDS |= {".qmd": "document", ".rmd": "document"}  # notebooks that are Markdown
KINDS |= dict.fromkeys((".zip", ".tar", ".tar.gz", ".tgz"), "archive")
MARKDOWN = ".md"
PROSE = (MARKDOWN, ".txt")  # that answers may stand in
NO_PROSE = {"requirements", "license"}
DATA = {".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".csv", ".tsv", *PROSE}  # text, whoever reads it
NOTEBOOK = re2.compile(  # what one begins like; before its cells there may be much of widgets
    rb'^\s*\{\s*(?:"nbformat"|"(?:cells|metadata)"(?:.|\n)*"cell_type")'
)
HEAD = 1 << 16  # bytes in which that shows
AGAIN = re2.compile(r"\s?\(\d{1,3}\)$")  # what a browser puts behind the name of a file that it saves again


class Stream(Protocol):
    """Anything that bytes are read from in pieces."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


@dataclass(slots=True)
class Basket:
    """Collects files in memory, at most so many and so large; what it refuses becomes a note."""

    contents: dict[str, bytes] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)  # those in a folder that were read
    papers: list[str] = field(default_factory=list)  # archives that are of another kind than their names say
    wanted: str = ""  # the name of a text file that is read too
    texts: dict[str, bytes] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)  # what code may read
    renamed: dict[str, bytes] = field(default_factory=dict)  # notebooks that are called .json
    members: int = 0
    large: int = 0  # files that were too large
    sizes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOTAL, 0))

    def note(self, text: str) -> None:
        """Keep a note, unless there are too many already."""
        if len(self.notes) < MOST_NAMES and text not in self.notes:
            self.notes.append(text)

    def full(self) -> bool:
        """Count one more member; true once there are too many to go on."""
        self.members += 1
        if self.members > MOST_MEMBERS:
            self.note(f"more than {MOST_MEMBERS} files: the rest was not looked at")
        return self.members > MOST_MEMBERS

    def name(self, raw: str) -> str | None:
        """The name a member goes by, or None where it is junk, leaves the folder, or is of no use to us."""
        name = within(raw)
        if name is None:
            self.note(f"{shown(raw)}: this name leaves the submission's folder, the file was ignored")
        elif name.count("/") >= DEPTH:
            self.note(f"{shown(name, 60)} ...: more than {DEPTH} folders deep, it was not read")
            return None
        elif is_junk(name):
            return None
        elif kind(name) == "" and not self.wants(name):
            if len(self.others) < MOST_NAMES:
                self.others.append(name)
            return name if is_data(name) and len(self.data) < MOST_DATA else None
        return name

    def add(self, name: str, stream: Stream) -> None:
        """Read one file, unless it is larger than its kind may be or the basket is full."""
        if self.wants(name):
            self._add_text(name, stream)
            return
        if kind(name) == "":
            self._add_data(name, stream)
            return
        if len(self.contents) >= MOST_FILES:
            self.note(TOO_MANY)
            return
        if self.large >= MOST_LARGE:
            self.note(f"more than {MOST_LARGE} files are too large: the rest was not read")
            return
        sort = kind(name)
        cap = min(LARGEST[sort], TOTAL[sort] - self.sizes[sort])
        data = read_at_most(stream, cap)
        if data is None:
            self.note(f"{name}: larger than {cap / MEGABYTE:.2g} MB, it was not read")
            self.large += 1
            return
        if name in self.contents:
            self.note(f"{name}: stands in the archive more than once, the last one counts")
            self.sizes[sort] -= len(self.contents[name])
        self.sizes[sort] += len(data)
        self.contents[name] = data

    def archive(self, name: str, stream: Stream) -> bytes | None:
        """Read an archive that stands in another one, unless all of them together are too large."""
        data = read_at_most(stream, LARGEST["archive"] - self.sizes["archive"])
        if data is None:
            self.note(f"{name}: too large, it was not read")
        else:
            self.sizes["archive"] += len(data)
        return data

    def leave(self, archives: Iterable[str]) -> None:
        """Say that archives are not opened, since something beside them is read."""
        few = ", ".join(shown(each) for each in islice(archives, 4))
        self.note(f"archives beside a notebook or Python file are not opened: {few}")

    def wants(self, name: str) -> bool:
        """Whether a file is the text that is read too, whatever a learning platform puts around its name."""
        end = PurePosixPath(name.lower())
        return (
            bool(self.wanted) and end.suffix == ".txt" and PurePosixPath(self.wanted.lower()).stem in end.stem
        )

    def _add_text(self, name: str, stream: Stream) -> None:
        data = read_at_most(stream, LARGEST_TEXT)
        if data is None:
            self.note(f"{name}: larger than {LARGEST_TEXT // 1024} KB, it was not read")
        elif len(self.texts) < MOST_TEXTS:
            self.texts[name] = data

    def _add_data(self, name: str, stream: Stream) -> None:
        head = stream.read(HEAD)
        if name.lower().endswith(".json") and NOTEBOOK.search(head.removeprefix(BOM_UTF8)):
            self._add_renamed(name, head, stream)
            return
        left = MEGABYTE - sum(map(len, self.data.values()))
        data = _whole(head, stream, min(LARGEST_DATA, left))
        if data is not None:
            self.data[name] = data

    def _add_renamed(self, name: str, head: bytes, stream: Stream) -> None:
        if len(self.renamed) >= MOST_FILES:
            self.note(TOO_MANY)
            return
        cap = LARGEST["ipynb"] - self.sizes["ipynb"]
        data = _whole(head, stream, cap)
        if data is None:
            self.note(f"{name}: larger than {cap / MEGABYTE:.2g} MB, it was not read")
        else:
            self.renamed[name] = data
            self.sizes["ipynb"] += len(data)


def _whole(head: bytes, stream: Stream, cap: int) -> bytes | None:
    """What a stream begins with and its rest, or None where that is more than `cap` bytes."""
    rest = read_at_most(stream, cap - len(head)) if len(head) <= cap else None
    return None if rest is None else head + rest


def read_at_most(stream: Stream, cap: int) -> bytes | None:
    """The whole stream, or None as soon as it turns out to be larger than `cap` bytes."""
    pieces = []
    for piece in _pieces(stream):
        pieces.append(piece)
        cap -= len(piece)
        if cap < 0:
            return None
    return b"".join(pieces)


def _pieces(stream: Stream) -> Iterator[bytes]:
    while piece := stream.read(MEGABYTE):
        yield piece


# --- names ----------------------------------------------------------------------------------------


def shown(text: str, length: int = NAME_LENGTH) -> str:
    """A student's text in one line that any terminal and any file can hold."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:length])


def within(raw: str) -> str | None:
    """A member's path with forward slashes, or None where it is absolute or climbs out."""
    path = PurePosixPath(raw.replace("\\", "/"))
    parts = path.parts
    if path.is_absolute() or ".." in parts or not parts or (len(parts[0]) == 2 and parts[0][1] == ":"):
        return None
    return shown(str(path), 4 * NAME_LENGTH)


def kind(name: str) -> str:
    """ "ipynb", "document", "py", "archive", or "" for all that we don't read."""
    end = AGAIN.sub("", name[-NAME_LENGTH:].lower())
    return next((found for suffix, found in KINDS.items() if end.endswith(suffix)), "")


def is_data(name: str) -> bool:
    """Whether a file holds text that code may read, such as settings or names of classes."""
    return PurePosixPath(name.lower()).suffix in DATA


def is_markdown(name: str) -> bool:
    """Whether a file is Markdown, which may be a notebook, or answers, or neither."""
    return name.lower().endswith(MARKDOWN)


def is_prose(name: str) -> bool:
    """Whether answers may stand in a file."""
    return name.lower().endswith(PROSE) and PurePosixPath(name.lower()).stem not in NO_PROSE


def is_junk(name: str) -> bool:
    """Whether an operating system, an editor or a package manager left this there."""
    return any(part in JUNK or part.startswith(".") for part in PurePosixPath(name).parts)
