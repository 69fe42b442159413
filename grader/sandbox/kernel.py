"""Calls to the kernel that Python's library has no function for."""

from __future__ import annotations

import ctypes
import os
import struct

CAPABILITY_VERSION = 0x20080522
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 8, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 36, 38, 47
PR_CAP_AMBIENT_RAISE = 2
SECCOMP_MODE_FILTER = 2
# What unshare makes anew.
NEW_MOUNTS, NEW_CGROUP, NEW_UTS, NEW_IPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int) -> int:
    """Return what a call returned; raise OSError if it is below zero."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def prctl(option: int, first: int = 0, second: int = 0) -> None:
    """Set something of this process."""
    check(libc.prctl(option, *(ctypes.c_ulong(value) for value in (first, second, 0, 0))))


def filter_calls(code: bytes) -> None:
    """Install a seccomp filter for good."""
    held = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(held))
    check(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount something at a path."""
    words = (word.encode() for word in (source, target, kind))
    check(libc.mount(*words, ctypes.c_ulong(flags), options.encode()))
