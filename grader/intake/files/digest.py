"""What a file is told by: the hash of what it holds, whatever size it claims."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from io import BufferedReader

SMALL = 1 << 20  # bytes; of what is larger blocks of zeros are left out, whether they take room or not
ZEROS = bytes(1 << 16)


def digest(file: BufferedReader) -> bytes:
    """Return the SHA-256 of a file's content; of a large one another hash: of its size and what isn't zero.

    It is another function, so that no small file can hold what a large one is told by.
    """
    size = os.fstat(file.fileno()).st_size
    if size <= SMALL:
        return hashlib.file_digest(file, "sha256").digest()
    whole = hashlib.blake2b(b"%d:" % size, digest_size=32)
    for at in _blocks(file.fileno(), size):
        block = os.pread(file.fileno(), len(ZEROS), at)
        if block != ZEROS[: len(block)]:
            whole.update(b"%d:%b" % (at, block))
    return whole.digest()


def _blocks(file: int, size: int) -> Iterator[int]:
    """Where the blocks begin that may hold anything: a terabyte that takes no room has none."""
    at = 0
    while at < size:
        start, end = _data(file, at, size)
        at = -(-end // len(ZEROS)) * len(ZEROS)
        yield from range(start // len(ZEROS) * len(ZEROS), at, len(ZEROS))


def _data(file: int, at: int, size: int) -> tuple[int, int]:
    """Where the next bytes that take room begin and end; all that is left where a file system can't tell."""
    try:
        start = os.lseek(file, at, os.SEEK_DATA)
        return start, os.lseek(file, start, os.SEEK_HOLE)
    except OSError as error:
        return (size if error.errno == errno.ENXIO else at), size  # ENXIO: nothing follows
