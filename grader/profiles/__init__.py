"""Profiles: what one course year asks and what it is worth, one TOML file each; the default is `ece285`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from grader.errors import CallError
from grader.profiles.building import build
from grader.profiles.form import Fault, form_faults
from grader.profiles.merging import merged
from grader.profiles.profile import DEFAULT, Profile
from grader.profiles.sense import sense_faults
from grader.profiles.source import Source, Table, read
from grader.profiles.telling import told

FOLDER = Path(__file__).parent
OPTIONAL = FOLDER / "optional" / "parts.toml"
MOST = 20  # faults that are told at once
DEEPEST = 8  # profiles that inherit from one another

__all__ = ["DEFAULT", "FOLDER", "Profile", "everything", "load", "names", "path_of", "word_of"]


def names() -> tuple[str, ...]:
    """The profiles that come with the grader, the default first."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return (DEFAULT, *(name for name in found if name != DEFAULT))


def load(word: str = DEFAULT) -> Profile:
    """Return a profile by its name or the path of its file; raises CallError with all that is wrong in it."""
    sources = _chain(path_of(word))
    return _built(sources, word if word in names() else str(sources[-1].path))


def everything() -> Profile:
    """Return the default with every optional part: all that the grader has checks for."""
    default, optional = read(FOLDER / f"{DEFAULT}.toml"), read(OPTIONAL)
    on = ({**part, "on": True} for part in optional.table["part"])
    return build({**default.table, "part": [*default.table["part"], *on]}, DEFAULT, (default, optional))


def word_of(word: str) -> str:
    """What names a profile from any folder: its name, or the whole path of its file; raises CallError."""
    return load(word).word


def path_of(word: str, home: Path = Path()) -> Path:
    """The file of a profile, a path being read from `home`; raises CallError where there is none."""
    if word in names():
        return FOLDER / f"{word}.toml"
    with suppress(OSError, ValueError, RuntimeError):  # too long for a file; a home that nobody has
        path = home / Path(word).expanduser()
        if path.suffix == ".toml" or path.is_file():
            return path.absolute()
    close = get_close_matches(word, names(), 1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise CallError(
        f"There is no profile {word!r}.{hint} There are {', '.join(names())}, or give a .toml file."
    )


def _chain(path: Path) -> tuple[Source, ...]:
    """A profile's file behind those that it inherits from; raises CallError."""
    sources = [read(path)]
    while isinstance(parent := sources[0].table.get("inherits"), str):
        if len(sources) == DEEPEST:
            raise CallError(f"{path.name}: it inherits from itself, or from more than {DEEPEST} others.")
        sources.insert(0, read(path_of(parent, sources[0].path.parent)))
    return tuple(sources)


@cache
def _built(sources: tuple[Source, ...], word: str) -> Profile:
    """Check file after file, each with all that stands behind it; what is wrong in one is told at once."""
    root = FOLDER / f"{DEFAULT}.toml"
    optional = read(OPTIONAL)
    usual = sources[0].table if sources[0].path == root else read(root).table
    offered = {**usual, "part": [*usual["part"], *optional.table["part"]]}
    whole: Table = {"part": optional.table["part"]}
    for source in sources:
        _refuse(source, form_faults(source.table))
        whole = merged(whole, source.table)
        _refuse(source, sense_faults(source.table, whole, offered))
    asked = {part["id"] for part in whole["part"] if part.get("on", True)}
    chosen = asked & {part["id"] for part in optional.table["part"]}
    return build(whole, word, (*([optional] if chosen else []), *sources))


def _refuse(source: Source, wrong: Sequence[Fault]) -> None:
    if wrong:
        raise CallError("\n".join(told(source, fault) for fault in wrong[:MOST]))
