"""Tar archives, plain or gzipped, read member by member into memory; no link, device or sparse file is.

Only the header of a member is left to tarfile: its reading of a whole archive believes sizes, follows what is
negative and searches long headers by expressions that take quadratic time.
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from grader.intake.files.basket import MEGABYTE, Basket, Stream, kind, read_at_most

BLOCK = tarfile.BLOCKSIZE
MAGIC, MAGIC_AT = b"ustar", 257
GZIP = b"\x1f\x8b"
PIECE = 64 * 1024
MOST_UNPACKED = 512 * MEGABYTE  # what is skipped must be unpacked too; the data set has a quarter of it
LONGEST_NAME = 64 * 1024  # bytes of a header that holds a name too long for its own
LONG, PAX, GLOBAL = tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE


class TooLarge(ValueError):
    """An archive unpacks to more than is read of one."""


class _Limited:
    """What is left of a member, or of a whole archive, as a stream."""

    def __init__(self, file: Stream, left: int, whole: bool = False) -> None:
        self.file, self.left, self.whole = file, left, whole

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; TooLarge where an archive has more than it may."""
        data = self.file.read(min(size, self.left + self.whole))
        self.left -= len(data)
        if self.left < 0:
            raise TooLarge(f"it unpacks to more than {MOST_UNPACKED // MEGABYTE} MB")
        return data

    def skip(self) -> None:
        """Read to the end."""
        while self.read(MEGABYTE):
            pass


class _Unzipped:
    """What a gzipped file holds, as a stream; zlib reads a header of any length in one pass."""

    def __init__(self, file: Stream) -> None:
        self.file, self.zipped = file, zlib.decompressobj(zlib.MAX_WBITS | 16)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, at least one before the end; EOFError where the file is cut off."""
        data = b""
        while size and not data and not self.zipped.eof:
            if not (packed := self.zipped.unconsumed_tail or self.file.read(PIECE)):
                raise EOFError("it is cut off")
            data = self.zipped.decompress(packed, size)
        return data


def opened(file: BinaryIO) -> Stream:
    """A file from its beginning, unpacked where it is gzipped."""
    head = file.read(len(GZIP))
    file.seek(0)
    return _Unzipped(file) if head == GZIP else file


def is_tar(file: BinaryIO) -> bool:
    """Whether a file begins as a tar does, gzipped or not; it is left at its beginning."""
    try:
        head = _exactly(opened(file), BLOCK)
    except (EOFError, zlib.error):
        head = b""
    file.seek(0)
    return head[MAGIC_AT:].startswith(MAGIC)


def read_tar(file: BinaryIO, basket: Basket) -> list[tuple[str, bytes]]:
    """Read a tar's files into the basket, and return the archives among them, each with its name.

    Raises what tarfile and gzip do of a damaged one, and TooLarge.
    """
    inner = []
    for info, stream in _members(_Limited(opened(file), MOST_UNPACKED, whole=True)):
        if basket.full():
            break
        if info.isdir() or (name := basket.name(info.name)) is None:
            continue
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE):
            basket.note(f"{name}: a link or special file, it was not followed")
        elif kind(name) != "archive":
            basket.add(name, stream)
        elif (data := basket.archive(name, stream)) is not None:
            inner.append((name, data))
    return inner


def _members(archive: _Limited) -> Iterator[tuple[tarfile.TarInfo, _Limited]]:
    """Each member with its content, of which any part may be read before the next one is asked for."""
    named = ""
    while any(head := _exactly(archive, BLOCK)):
        info = tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
        if info.size < 0:
            raise tarfile.HeaderError("a member of negative size")
        stream = _Limited(archive, info.size)
        if info.type in (LONG, PAX):
            named = _name(read_at_most(stream, LONGEST_NAME) or b"", info.type) or named
        elif info.type != GLOBAL:
            info.name, named = named or info.name, ""
            yield info, stream
        stream.skip()
        _exactly(archive, -info.size % BLOCK)


def _exactly(stream: Stream, size: int) -> bytes:
    """The next bytes, fewer only where the stream ends."""
    data = b""
    while len(data) < size and (piece := stream.read(size - len(data))):
        data += piece
    return data


def _name(data: bytes, type: bytes) -> str:
    """The name that a header of names holds; "" for none."""
    records = data.split(b"\n") if type == PAX else (b" path=" + data.split(b"\0")[0],)
    named = (record.partition(b" path=") for record in records)
    return next((name.decode("utf-8", "replace") for size, path, name in named if path), "")
