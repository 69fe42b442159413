"""Files of a folder as bytes, to be laid down on another machine; no name leaves the folder there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import msgpack
import msgspec

FILE, LINK = "file", "link"
UNREADABLE = (ValueError, TypeError, msgpack.UnpackException, msgspec.MsgspecError)  # bytes, as values


@dataclass(frozen=True, slots=True)
class Item:
    """One file with its content, or a link with where it leads; paths are bytes, as the system has them."""

    path: bytes
    kind: str
    content: bytes


def item(path: Path, root: Path, most: int | None = None) -> Item | None:
    """What lies at a path, at most so many bytes of it; None for what can't be carried."""
    name = os.fsencode(path.relative_to(root))
    with suppress(OSError):
        if path.is_symlink():
            return Item(name, LINK, os.fsencode(path.readlink()))
        if path.is_file():
            with path.open("rb") as file:
                return Item(name, FILE, file.read(most))
    return None


def items(root: Path, paths: Iterable[Path], most: Callable[[Path], int | None]) -> Iterator[Item]:
    """What lies at these paths below a folder, read when it is asked for."""
    return (found for path in paths if (found := item(path, root, most(path))))


def lay(found: Iterable[Item], root: Path) -> None:
    """Make these files and links below a folder; raises ValueError for a name that leaves it."""
    for one in found:
        path = root / _inside(os.fsdecode(one.path))
        if not path.parent.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"{str(path)!r} leaves its folder through a link")
        if path.is_symlink() or path.exists():  # what is written to a link lands where that leads
            raise ValueError(f"{str(path)!r} comes twice")
        path.parent.mkdir(parents=True, exist_ok=True)
        if one.kind == LINK:
            path.symlink_to(os.fsdecode(one.content))
        else:
            path.write_bytes(one.content)


def pack(found: Iterable[Item]) -> bytes:
    """The items as bytes."""
    return bytes(msgpack.packb([(one.path, one.kind, one.content) for one in found]))


def unpack(packed: bytes) -> tuple[Item, ...]:
    """The items in these bytes; raises ValueError where there are none."""
    if not packed:
        return ()
    try:
        found = msgspec.convert(
            msgpack.unpackb(packed), tuple[tuple[bytes, Literal["file", "link"], bytes], ...]
        )
    except UNREADABLE as error:
        raise ValueError(f"this is no parcel: {error}") from None
    return tuple(Item(*one) for one in found)


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name!r} leaves its folder")
    return path
