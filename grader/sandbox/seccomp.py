"""The list of system calls, compiled to a BPF program for bubblewrap or for prctl."""

from __future__ import annotations

import errno
import os
import tempfile
from functools import cache
from typing import Any

from grader.sandbox.calls import (
    ALLOWED,
    CHECKED,
    DRIVER,
    DRIVER_CALLS,
    DRIVER_SOCKET,
    MAPPED,
    MAPPED_BY_DRIVER,
    NAMESPACES,
    SERVED,
    SIGNALS,
    TERMINAL,
    TOLD,
)

LOW = 0xFFFFFFFF  # the kernel looks at these bits of a number, so must the filter


@cache
def program(device: str = "cpu") -> bytes:
    """The filter, compiled for this machine; with a device its driver may be asked too.

    Raises OSError or ImportError where libseccomp is missing.
    """
    import pyseccomp

    built = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    for name in ALLOWED:
        _add(built, pyseccomp.ALLOW, name)
    for name, (position, values) in CHECKED.items():
        for value in values:
            _add(built, pyseccomp.ALLOW, name, _equal(pyseccomp, position, value))
    for name, pairs in SERVED.items():
        _add(built, pyseccomp.ERRNO(0), name, *(_equal(pyseccomp, *pair) for pair in pairs))
    every = sum(NAMESPACES)
    _add(built, pyseccomp.ALLOW, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, every, 0))
    requests = [(LOW, request) for request in TERMINAL] + (list(DRIVER) if device != "cpu" else [])
    for mask, value in requests:
        _add(built, pyseccomp.ALLOW, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, mask, value))
    for mask, value in MAPPED if device == "cpu" else MAPPED_BY_DRIVER:
        _add(built, pyseccomp.ALLOW, "mmap", pyseccomp.Arg(3, pyseccomp.MASKED_EQ, mask, value))
    if device != "cpu":
        _add_driver(built, pyseccomp)
    for error, names in TOLD.items():
        for name in names.split():
            if device == "cpu" or name not in (*DRIVER_CALLS.split(), "socket"):
                _add(built, pyseccomp.ERRNO(getattr(errno, error, 0)), name)
    return _compiled(built)


def _add_driver(built: Any, pyseccomp: Any) -> None:
    """Add the sockets that CUDA needs; every other one is refused as it is without a device."""
    for name in DRIVER_CALLS.split():
        _add(built, pyseccomp.ALLOW, name)
    _add(built, pyseccomp.ALLOW, "socket", *(_equal(pyseccomp, *pair) for pair in DRIVER_SOCKET))
    (domain, local), (kind, packets) = DRIVER_SOCKET
    refused = pyseccomp.ERRNO(errno.EACCES)
    _add(built, refused, "socket", pyseccomp.Arg(domain, pyseccomp.NE, local))
    other = pyseccomp.Arg(kind, pyseccomp.NE, packets)
    _add(built, refused, "socket", _equal(pyseccomp, domain, local), other)


@cache
def silence(device: str = "cpu") -> bytes:
    """A filter to put before the other where nothing else keeps signals among a worker's own processes."""
    import pyseccomp

    built = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in SIGNALS.split():
        _add(built, pyseccomp.ERRNO(errno.EPERM), name)
    return _compiled(built)


def _equal(pyseccomp: Any, position: int, value: int) -> Any:
    return pyseccomp.Arg(position, pyseccomp.MASKED_EQ, LOW, value)


def _add(built: Any, action: Any, name: str, *args: Any) -> None:
    try:
        built.add_rule(action, name, *args)
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # a call that this machine's libseccomp has never heard of
            raise


def _compiled(built: Any) -> bytes:
    with tempfile.TemporaryFile() as file:
        built.export_bpf(file)
        file.seek(0)
        return file.read()


def descriptor(code: bytes) -> int:
    """A new file descriptor from which a filter can be read once."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(code)  # a few kilobytes: less than a pipe holds
    return reading
