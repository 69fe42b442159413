"""The wall's wire format: a msgpack header, then the raw bytes of its arrays; bounded, never pickle.

    b"FCN1" | header length, 4 bytes, big endian | header | array bytes, one after the other

The header is `[header dict, [[name, dtype, shape], ...]]`. Everything that a header claims is checked
before anything is allocated for it, and one deadline holds for a whole message, so that bytes which drip
in slowly gain nothing. Either side may be handed hostile bytes: what is not a message is a ProtocolError.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

import msgpack
import numpy as np
from numpy.typing import NDArray

from grader.errors import ProtocolError

Array = NDArray[Any]

MAGIC = b"FCN1"
DTYPES = frozenset(
    (
        *("float32", "float64", "float16", "int64", "int32", "int16", "int8"),
        *("uint64", "uint32", "uint16", "uint8", "bool"),
    )
)  # what torch and numpy both know
MAX_DIMENSIONS = 8  # of an array; pictures have 4
MAX_DEPTH = 24  # of lists in lists in a header: a recorded call has a few
PREFIX = struct.Struct(">4sI")


@dataclass(frozen=True, slots=True)
class WireLimits:
    """What one message may hold: bytes of its header, arrays in number and in bytes, their kinds and rank."""

    header: int = 4 << 20
    arrays: int = 1024
    total: int = 2 << 30
    kinds: str = "fiub"
    rank: int = MAX_DIMENSIONS


UNLIMITED = WireLimits(header=1 << 32, arrays=1 << 32, total=1 << 50)  # for what we make ourselves


@dataclass(frozen=True, slots=True)
class Message:
    """A header of plain values (None, bool, int, float, str, list, dict) and named arrays."""

    header: dict[str, Any]
    arrays: Mapping[str, Array] = field(default_factory=dict)


class Spec(NamedTuple):
    """An array that a header announces."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


# --- sending --------------------------------------------------------------------------------------


def send(sock: socket.socket, message: Message, deadline: float | None = None) -> None:
    """Write one message.

    `deadline` is a time of `time.monotonic`. Raises TimeoutError, ConnectionError (the other side is
    gone) and ProtocolError (the message itself can't be sent).
    """
    arrays = {name: np.asarray(array, order="C") for name, array in message.arrays.items()}
    _send_all(sock, memoryview(encode(message.header, arrays)), deadline)
    for array in arrays.values():
        _send_all(sock, array.reshape(-1).view(np.uint8).data, deadline)


def encode(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """The prefix and the header of a message."""
    checked([announced(name, array) for name, array in arrays.items()], UNLIMITED)
    specs = [[name, array.dtype.name, list(array.shape)] for name, array in arrays.items()]
    try:
        packed: bytes = msgpack.packb([header, specs])
    except (TypeError, ValueError, OverflowError) as error:
        raise ProtocolError(f"the header can't be sent: {error}") from error
    return PREFIX.pack(MAGIC, len(packed)) + packed


def _send_all(sock: socket.socket, data: memoryview, deadline: float | None) -> None:
    while data:
        sock.settimeout(_remaining(deadline))
        data = data[sock.send(data[: 1 << 20]) :]


# --- receiving ------------------------------------------------------------------------------------


def receive(sock: socket.socket, limits: WireLimits, deadline: float | None = None) -> Message:
    """Read one message.

    `deadline` is a time of `time.monotonic` for the whole message. Raises ProtocolError, TimeoutError,
    EOFError (the other side hung up) and ConnectionError.
    """
    magic, length = PREFIX.unpack(_read(sock, PREFIX.size, deadline))
    if magic != MAGIC:
        raise ProtocolError("not a message: it does not begin with the magic bytes")
    if length > limits.header:
        raise ProtocolError(f"a header of {length} bytes; {limits.header} are allowed")
    header, specs = decode(bytes(_read(sock, length, deadline)), limits)
    arrays = {spec.name: _read_array(sock, spec, deadline) for spec in specs}
    return Message(header, arrays)


def decode(packed: bytes, limits: WireLimits) -> tuple[dict[str, Any], list[Spec]]:
    """The header and the announced arrays of a message; ProtocolError for anything else."""
    try:
        value = msgpack.unpackb(
            packed,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=_unique,
            ext_hook=_no_extension,
            max_str_len=limits.header,
            max_bin_len=0,
            max_ext_len=0,
            max_array_len=200_000,
            max_map_len=20_000,
        )
    except ProtocolError:
        raise
    except Exception as error:  # msgpack raises a dozen kinds, some of them bare ValueErrors
        raise ProtocolError(f"the header is not msgpack: {error}"[:200]) from None
    _check_plain(value, MAX_DEPTH)
    if not (isinstance(value, list) and len(value) == 2 and isinstance(value[0], dict)):
        raise ProtocolError("the header is not a pair of a dict and a list of arrays")
    return value[0], _specs(value[1], limits)


def _unique(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ProtocolError("a key occurs twice in the header")
    return result


def _no_extension(code: int, data: bytes) -> NoReturn:
    raise ProtocolError(f"extension type {code} in the header")


def _check_plain(value: object, depth: int) -> None:
    if depth == 0:
        raise ProtocolError(f"the header is nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        if not all(type(key) is str for key in value):
            raise ProtocolError("a key in the header is not a string")
        children: Iterable[object] = value.values()
    elif isinstance(value, list):
        children = value
    elif value is None or type(value) in (bool, int, float, str):
        return
    else:
        raise ProtocolError(f"a {type(value).__name__} in the header")
    for child in children:
        _check_plain(child, depth - 1)


def _specs(value: object, limits: WireLimits) -> list[Spec]:
    if not isinstance(value, list) or len(value) > limits.arrays:
        raise ProtocolError(f"the arrays are not a list of at most {limits.arrays}")
    specs = [_spec(entry) for entry in value]
    if len({spec.name for spec in specs}) != len(specs):
        raise ProtocolError("two arrays have the same name")
    return checked(specs, limits)


def checked(specs: list[Spec], limits: WireLimits) -> list[Spec]:
    """Return announced arrays if they are within limits; raises ProtocolError."""
    if len(specs) > limits.arrays:
        raise ProtocolError(f"{len(specs)} arrays; {limits.arrays} are allowed")
    for name, dtype, shape in specs:
        if dtype.name not in DTYPES or dtype.kind not in limits.kinds or len(shape) > limits.rank:
            raise ProtocolError(f"array {name[:40]!r}: {dtype}, {len(shape)} dimensions are not allowed")
    total = sum(math.prod(max(size, 1) for size in spec.shape) * spec.dtype.itemsize for spec in specs)
    if total > limits.total:
        raise ProtocolError(f"arrays of {total} bytes; {limits.total} are allowed")
    return specs


def announced(name: str, array: Array) -> Spec:
    """Return what a header announces of an array."""
    return Spec(name, array.dtype, array.shape)


def _spec(entry: object) -> Spec:
    if not isinstance(entry, list) or len(entry) != 3:
        raise ProtocolError("an array is not announced as name, dtype, shape")
    name, dtype, shape = entry
    if not isinstance(name, str) or not isinstance(dtype, str) or dtype not in DTYPES:
        raise ProtocolError(f"an array of the type {str(dtype)[:40]!r}")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise ProtocolError(f"array {name[:40]!r}: not a shape of at most {MAX_DIMENSIONS} dimensions")
    if not all(type(size) is int and 0 <= size < 1 << 40 for size in shape):
        raise ProtocolError(f"array {name[:40]!r}: a size in its shape is not a whole number of elements")
    return Spec(name, np.dtype(dtype), tuple(shape))


def _read_array(sock: socket.socket, spec: Spec, deadline: float | None) -> Array:
    data = np.frombuffer(_read(sock, spec.nbytes, deadline), dtype=np.uint8)
    if spec.dtype == np.bool_ and data.size and data.max() > 1:
        raise ProtocolError(f"array {spec.name[:40]!r}: a bool that is neither 0 nor 1")
    return data.view(spec.dtype).reshape(spec.shape)


def _read(sock: socket.socket, size: int, deadline: float | None) -> memoryview:
    buffer = np.empty(size, dtype=np.uint8).data  # unlike bytearray, touches no page before it is used
    done = 0
    while done < size:
        sock.settimeout(_remaining(deadline))
        count = sock.recv_into(buffer[done:])
        if count == 0:
            raise EOFError(f"the other side hung up after {done} of {size} bytes")
        done += count
    return buffer


def _remaining(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("the deadline has passed")
    return remaining
