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
GZIP, GZIPPED = b"\x1f\x8b", zlib.MAX_WBITS | 16
PIECE = 64 * 1024
MOST_UNPACKED = 512 * MEGABYTE  # what is skipped must be unpacked too; the data set has a quarter of it
LONGEST_NAME = 64 * 1024  # bytes of a header that holds a name too long for its own
MOST_HEADS = 8  # headers in a row that belong to the member after them: honest ones are up to four
LONG, PAX = tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE
OF_OTHERS = tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE  # where links lead, and what holds for all members
EMPTY = (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)  # of any size
MAP_AT, MORE_AT = 482, 504  # where a sparse file's header says that a map follows, and this that more does


class TooLarge(ValueError):
    """An archive unpacks to more than is read of one."""


class _Limited:
    """What is left of a member, or of a whole archive, as a stream."""

    def __init__(self, file: Stream, left: int, whole: bool = False) -> None:
        self.file, self.left, self.whole = file, left, whole

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; EOFError where a member is cut off, TooLarge where an archive goes on."""
        wanted = min(size, self.left + self.whole)
        data = self.file.read(wanted)
        if wanted and not data and not self.whole:
            raise EOFError("it is cut off")
        self.left -= len(data)
        if self.left < 0:
            raise TooLarge(f"it unpacks to more than {MOST_UNPACKED // MEGABYTE} MB")
        return data

    def skip(self) -> None:
        """Read to the end."""
        while self.read(MEGABYTE):
            pass


class _Unzipped:
    """What gzipped files in a row hold, as a stream; zlib reads a header of any length in one pass."""

    def __init__(self, file: Stream) -> None:
        self.file, self.zipped = file, zlib.decompressobj(GZIPPED)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, at least one before the end; EOFError where the file is cut off."""
        data = b""
        while size and not data and (packed := self._packed()):
            data = self.zipped.decompress(packed, size)
        return data

    def _packed(self) -> bytes:
        """What is to be unpacked next; none where nothing gzipped follows."""
        if self.zipped.eof:
            rest = self.zipped.unused_data
            rest += b"" if rest[1:] else self.file.read(PIECE)
            if not rest.startswith(GZIP):
                return b""
            self.zipped = zlib.decompressobj(GZIPPED)
            return rest
        if not (packed := self.zipped.unconsumed_tail or self.file.read(PIECE)):
            raise EOFError("it is cut off")
        return packed


def opened(file: BinaryIO) -> Stream:
    """A file from its beginning, unpacked where it is gzipped."""
    head = file.read(len(GZIP))
    file.seek(0)
    return _Unzipped(file) if head == GZIP else file


def is_tar(file: BinaryIO) -> bool:
    """Whether a file begins with a tar's header, gzipped or not; it is left at its beginning."""
    try:
        _header(_exactly(opened(file), BLOCK))
    except (EOFError, zlib.error, tarfile.HeaderError):
        return False
    finally:
        file.seek(0)
    return True


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
    named, heads = "", 0
    while any(head := _exactly(archive, BLOCK)):
        info = _header(head)
        if info.size < 0:
            raise tarfile.HeaderError("a member of negative size")
        _skip_map(archive, info, head)
        stream = _Limited(archive, info.size)
        heads = heads + 1 if info.type in (LONG, PAX, *OF_OTHERS) else 0
        if heads > MOST_HEADS:
            raise tarfile.HeaderError("headers of no member")
        if info.type in (LONG, PAX):
            named = _name(read_at_most(stream, LONGEST_NAME) or b"", info.type) or named
        elif info.type not in OF_OTHERS:
            info.name, named = named or info.name, ""
            yield info, stream
        stream.skip()
        _exactly(archive, -info.size % BLOCK)


def _skip_map(archive: _Limited, info: tarfile.TarInfo, head: bytes) -> None:
    """Go to where a sparse file's content begins: its map may take more blocks than the header."""
    more = info.type == tarfile.GNUTYPE_SPARSE and head[MAP_AT]
    while more and len(block := _exactly(archive, BLOCK)) == BLOCK:
        more = block[MORE_AT]


def _header(block: bytes) -> tarfile.TarInfo:
    """What a header says; HeaderError for what is none, as its checksum tells."""
    info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    info.size = 0 if info.type in EMPTY else info.size
    return info


def _exactly(stream: Stream, size: int) -> bytes:
    """The next bytes, fewer only where the stream ends."""
    data = b""
    while len(data) < size and (piece := stream.read(size - len(data))):
        data += piece
    return data


def _name(data: bytes, type: bytes) -> str:
    """The name that a header of names holds; "" for none."""
    if type == LONG:
        return data.split(b"\0")[0].decode("utf-8", "replace")
    records = (record.partition(b" path=") for record in data.split(b"\n"))
    return next((name.decode("utf-8", "replace") for size, _, name in records if name and size.isdigit()), "")
