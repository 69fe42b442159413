"""An array that repeats one block, in the memory of that block: what is written to has pages of its own."""

from __future__ import annotations

import ctypes
import mmap
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

FIXED = 0x10  # of mman.h: here and nowhere else
FAILED = ctypes.c_void_p(-1).value


def repeated(block: Array, count: int) -> Array:
    """A flat float32 array of `count` elements: the block, again and again, the last time as far as it goes.

    Where the block is no whole number of pages, or can't be mapped, it is copied.
    """
    try:
        return _mapped(block, count)
    except (OSError, AttributeError):  # no room for a file, no such call
        return np.resize(block, count)


def _mapped(block: Array, count: int) -> Array:
    """Cover memory that nobody has touched with the block; it is given back with the array."""
    memory = mmap.mmap(-1, count * block.itemsize, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    with TemporaryFile() as file:
        file.write(block.data)
        file.flush()
        for offset in range(0, len(memory), block.nbytes):
            _cover(start + offset, min(block.nbytes, len(memory) - offset), file.fileno())
    return np.frombuffer(memory, block.dtype)


def _cover(address: int, size: int, file: int) -> None:
    """Map the beginning of a file over memory of ours; raises OSError."""
    map = ctypes.CDLL(None, use_errno=True).mmap
    map.restype, number, word = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
    map.argtypes = (ctypes.c_void_p, word, number, number, number, ctypes.c_long)
    access, flags = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | FIXED
    if map(address, size, access, flags, file, 0) == FAILED:
        raise OSError(ctypes.get_errno(), "a block can't be mapped")
