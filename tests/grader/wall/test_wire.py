from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.errors import ProtocolError
from grader.wall.wire import DTYPES, MAGIC, PREFIX, Message, WireLimits, decode, encode, receive, send
from tests.share import examples

SMALL = WireLimits(header=10_000, arrays=4, total=100_000)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
arrays = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


@contextmanager
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def received(data: bytes, limits: WireLimits = SMALL, *, seconds: float = 1.0) -> Message:
    """What `receive` makes of bytes after which the other side hangs up."""
    with pair() as (ours, theirs):
        writer = threading.Thread(target=_write, args=(theirs, data))
        writer.start()
        try:
            return receive(ours, limits, time.monotonic() + seconds)
        finally:
            ours.close()
            writer.join()


def _write(sock: socket.socket, data: bytes) -> None:
    try:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the reader had enough


def framed(value: object) -> bytes:
    packed: bytes = msgpack.packb(value)
    return PREFIX.pack(MAGIC, len(packed)) + packed


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=5), plain, max_size=4),
    st.dictionaries(st.text(max_size=5), arrays, max_size=4),
)
def test_a_message_arrives_as_it_was_sent(
    header: dict[str, Any], named: dict[str, np.ndarray[Any, Any]]
) -> None:
    """Values, dtypes, shapes and the bits of arrays survive; order in memory does not matter."""
    with pair() as (ours, theirs):
        send(ours, Message(header, {name: array.T for name, array in named.items()}))
        got = receive(theirs, WireLimits(), time.monotonic() + 5)

    assert got.header == header
    assert list(got.arrays) == list(named)
    for name, array in named.items():
        assert (got.arrays[name].dtype, got.arrays[name].shape) == (array.dtype, array.T.shape)
        assert got.arrays[name].tobytes() == np.ascontiguousarray(array.T).tobytes()


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_message_or_refused(data: bytes, with_prefix: bool) -> None:
    """Whatever the other side writes, nothing but the documented errors comes out, and in bounded time."""
    data = PREFIX.pack(MAGIC, len(data)) + data if with_prefix else data
    try:
        message = received(data)
    except (ProtocolError, EOFError):
        return
    assert isinstance(message.header, dict)


@pytest.mark.slow
@settings(max_examples=examples(300), deadline=None)
@given(
    st.recursive(st.one_of(plain, st.binary(max_size=5)), lambda x: st.lists(x, max_size=4), max_leaves=12)
)
def test_any_msgpack_value_is_a_header_or_refused(value: object) -> None:
    """A header has exactly one form; any other value is a ProtocolError."""
    try:
        header, specs = decode(msgpack.packb(value), SMALL)
    except ProtocolError:
        return
    assert isinstance(header, dict)
    assert sum(spec.nbytes for spec in specs) <= SMALL.total


@settings(deadline=None)
@given(st.data())
def test_a_changed_byte_is_a_message_or_refused(data: st.DataObject) -> None:
    """Corrupting a good message never crashes the reader."""
    good = encode({"id": 1, "value": [1, 2.5, None]}, {"a": np.zeros((2, 3), np.float32)}) + bytes(24)
    position = data.draw(st.integers(0, len(good) - 1))
    bad = good[:position] + bytes([data.draw(st.integers(0, 255))]) + good[position + 1 :]
    try:
        received(bad)
    except (ProtocolError, EOFError):
        return


BAD_HEADERS: dict[str, object] = {
    "not a pair": {"id": 1},
    "header is no dict": [[1], []],
    "arrays are no list": [{}, {}],
    "too many arrays": [{}, [[str(i), "uint8", [0]] for i in range(5)]],
    "two of a name": [{}, [["a", "uint8", [1]], ["a", "uint8", [1]]]],
    "object dtype": [{}, [["a", "object", [1]]]],
    "structured dtype": [{}, [["a", [["x", "<f4"]], [1]]]],
    "unicode dtype": [{}, [["a", "U0", [10**15]]]],
    "too many dimensions": [{}, [["a", "uint8", [1] * 9]]],
    "negative size": [{}, [["a", "uint8", [-1]]]],
    "float size": [{}, [["a", "uint8", [1.0]]]],
    "NaN size": [{}, [["a", "uint8", [float("nan")]]]],
    "bool size": [{}, [["a", "uint8", [True]]]],
    "product beyond 64 bits": [{}, [["a", "uint8", [2**39] * 8]]],
    "huge beside zero": [{}, [["a", "uint8", [0, 2**39, 2**39]]]],
    "above the total": [{}, [["a", "float64", [12_501]]]],
    "above the total together": [{}, [["a", "float64", [7000]], ["b", "float64", [7000]]]],
    "bytes in the header": [{"a": b"x"}, []],
    "extension": [{"a": msgpack.ExtType(5, b"x")}, []],
    "timestamp": [{"a": msgpack.Timestamp(1, 2)}, []],
    "key is a number": [{1: 2}, []],
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_bad_header_is_refused_before_anything_is_allocated(name: str) -> None:
    """None of these needs more than its header to be refused."""
    with pytest.raises(ProtocolError):
        decode(msgpack.packb(BAD_HEADERS[name]), SMALL)


def test_duplicate_keys_are_refused() -> None:
    """msgpack itself would keep the last one."""
    twice = b"\x92\x82\xa1a\x01\xa1a\x02\x90"

    with pytest.raises(ProtocolError, match="twice"):
        decode(twice, SMALL)


@pytest.mark.parametrize("depth", [30, 600, 5000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """Neither our walk nor msgpack's own stack is exhausted."""
    with pytest.raises(ProtocolError):
        decode(b"\x92\x81\xa1a" + b"\x91" * depth + b"\xc0\x90", SMALL)


def test_an_endless_header_is_refused_by_its_length() -> None:
    """The length is judged before the header is read."""
    with pytest.raises(ProtocolError, match="4294967295"):
        received(PREFIX.pack(MAGIC, 2**32 - 1))


def test_a_bool_is_zero_or_one() -> None:
    """Other bytes would make a bool that is neither true nor false."""
    with pytest.raises(ProtocolError, match="bool"):
        received(framed([{}, [["a", "bool", [1]]]]) + b"\x02")


def test_hanging_up_in_the_middle_is_the_end_not_a_message() -> None:
    """The sandbox tells a death from bytes outside of the protocol by this."""
    for data in (b"", MAGIC, framed([{}, [["a", "uint8", [4]]]]) + b"abc"):
        with pytest.raises(EOFError):
            received(data)


def test_a_slow_drip_does_not_move_the_deadline() -> None:
    """The deadline is for the whole message, however often a byte arrives."""
    with pair() as (ours, theirs):
        stop = threading.Event()
        drip = threading.Thread(target=_drip, args=(theirs, stop))
        drip.start()
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            receive(ours, SMALL, begun + 0.3)
        stop.set()
        drip.join()

    assert time.monotonic() - begun < 10  # the drip lasts for twenty


def _drip(sock: socket.socket, stop: threading.Event) -> None:
    for byte in framed([{"a": "x" * 1000}, []]):
        if stop.wait(0.02):
            return
        sock.sendall(bytes([byte]))


def test_sending_to_a_side_that_does_not_read_ends_at_the_deadline() -> None:
    """A worker that stops reading can't hold the grader."""
    with pair() as (ours, _theirs), pytest.raises(TimeoutError):
        send(ours, Message({}, {"a": np.zeros(10_000_000, np.uint8)}), time.monotonic() + 0.2)


UNSENDABLE: dict[str, Callable[[], Message]] = {
    "an object": lambda: Message({"a": object()}),
    "a complex array": lambda: Message({}, {"a": np.zeros(1, np.complex64)}),
    "an object array": lambda: Message({}, {"a": np.array([None])}),
    "an integer beyond 64 bits": lambda: Message({"a": 2**70}),
}


@pytest.mark.parametrize("name", UNSENDABLE)
def test_what_can_not_be_sent_is_refused_before_a_byte_is_written(name: str) -> None:
    """The other side can then still be told something else."""
    with pair() as (ours, theirs):
        with pytest.raises(ProtocolError):
            send(ours, UNSENDABLE[name]())
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
