"""What stops something that is graded: an exception, followed back to the statement it began with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

import re2

from grader.errors import StudentError, StudentRaised, told
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from grader.wall.verbs import Failure, Loaded

LARGEST = 50_000  # characters of a statement that is mended: each change of it is parsed many times
MISFITS = ("must match", "channels, but got")  # what is said of maps that do not fit
DEEPEST = 10  # failures that follow from each other
# What is said of a sum where no values are, which real ones are too many for.
SUM_OF_SHAPES = re2.compile(
    r"Attempting to broadcast a dimension of length (\d+) at -(\d)!"
    r".* had torch\.Size\(\[([\d, ]+)\]\); but expected shape should be broadcastable to \[([\d, ]+)\]"
)
SUM_OF_SIZES = "The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """An exception of a submission's code: its class, its message, and the line it passed through last.

    `first` says that another was seen, which followed from it.
    """

    kind: str
    message: str
    place: Place | None
    first: bool = False

    @property
    def names(self) -> list[str]:
        """What the message quotes: `name 'fc' is not defined` quotes fc."""
        return self.message.split("'")[1::2]

    def __str__(self) -> str:
        return told(self.kind, self.message.split("\n")[0])


def of_error(error: StudentError) -> Trouble | None:
    """What student code raised; None where it did something else, such as hang."""
    if not isinstance(error, StudentRaised):
        return None
    return Trouble(error.kind, _usual(error.message), error.place)


def _usual(message: str) -> str:
    """What real tensors would have had torch say of a sum."""
    found = SUM_OF_SHAPES.match(message)
    if found is None:
        return message
    length, back, wanted = found[1], int(found[2]), found[4].split(", ")
    at = len(wanted) - back
    return SUM_OF_SIZES.format(wanted[at], length, at) if at >= 0 else message


def of_failure(failure: Failure) -> Trouble:
    """What a statement raised when it was loaded."""
    return Trouble(failure.kind, failure.message, (failure.line or failure.at).place)


def of_missing(target: str, slice: Slice, loaded: Loaded) -> Trouble | None:
    """Why a target is not there though a statement binds it."""
    return next((of_failure(one) for one in loaded.failures if target in _bound(slice, one)), None)


def root(trouble: Trouble, slice: Slice, loaded: Loaded) -> Trouble:
    """The failure that others follow from: a name isn't defined where the statement that binds it failed."""
    for _ in range(DEEPEST):
        if trouble.kind not in ("NameError", "ImportError") or not trouble.names:
            break
        earlier = [one for one in loaded.failures if trouble.names[0] in _bound(slice, one)]
        before = [of_failure(one) for one in earlier if of_failure(one) != replace(trouble, first=False)]
        if not before:
            break
        trouble = replace(before[-1], first=True)
    return trouble


def _bound(slice: Slice, failure: Failure) -> set[str]:
    """The names that a statement which failed would have bound."""
    return {
        name
        for _, chunk in chunks_at(slice, failure.at.place)
        for name in bound(chunk)
        if chunk.line == failure.at.line and _is_of(chunk, failure)
    }


def _is_of(chunk: Chunk, failure: Failure) -> bool:
    """Whether a failure is that of a chunk: imports that share a line are chunks of their own."""
    if failure.kind not in ("ImportError", "ModuleNotFoundError") or not chunk.source.startswith(
        ("from ", "import ")
    ):
        return True
    quoted = failure.message.split("'")[1::2]
    return not quoted or any(name.split(".")[0] in chunk.source for name in quoted[:1])


def bound(chunk: Chunk) -> set[str]:
    """The names that a statement binds where it stands."""
    found: set[str] = set()
    for node in tree(chunk).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        else:
            stores = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            found |= {part.id for part in stores if isinstance(part.ctx, ast.Store)}
    return found


def tree(chunk: Chunk) -> ast.Module:
    """A chunk's syntax; an empty one where it is too deep for us."""
    try:
        return ast.parse(chunk.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def chunks_at(slice: Slice, place: Place | None) -> Iterator[tuple[Module, Chunk]]:
    """The statements that a place lies in, with their modules."""
    for module in slice.modules:
        for chunk in module.chunks:
            last = chunk.line + chunk.source.count("\n")
            if place and chunk.label == place.label and chunk.line <= place.line <= last:
                yield module, chunk


def line_in(trouble: Trouble, chunk: Chunk) -> int:
    """The line of a statement's own text that a trouble is at, from 1; 0 where it tells none."""
    return trouble.place.line - chunk.line + 1 if trouble.place else 0


def on_line(trouble: Trouble, chunk: Chunk) -> list[ast.AST]:
    """The syntax that begins on the line which a trouble is at."""
    line = line_in(trouble, chunk)
    return [node for node in ast.walk(tree(chunk)) if getattr(node, "lineno", 0) == line]
