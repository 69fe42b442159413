"""Lower this process's rights for good (Landlock, seccomp, capabilities), then become another program.

Run by path, `python -I -S landlock.py CONFIG PROGRAM ARGUMENT...`, so it imports nothing of ours. CONFIG is
JSON: `read` and `write` (paths), `seccomp` (a descriptor of the filter).
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION = 1  # the flag that asks for the ABI's number

# access rights to files, in the order of their bits, with the ABI that brought them
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # refer, truncate, ioctl on devices
NETWORK_RIGHTS = {4: 0b11}  # TCP bind, connect
SCOPES = {6: 0b11}  # abstract sockets, signals
READ = EXECUTE | READ_FILE | READ_DIR
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15  # the rights that a rule on a file may hold

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The kernel's version of Landlock; 0 where there is none."""
    return max(0, int(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))))


def _up_to(version: int, rights: dict[int, int]) -> int:
    return sum(bits for since, bits in rights.items() if since <= version)


def restrict(read: Iterable[str], write: Iterable[str]) -> None:
    """Allow nothing but to read, and to read and write, beneath these paths; no network; no signals out."""
    version = abi()
    if version < 1:
        raise OSError("this kernel has no Landlock")
    files = _up_to(version, FILE_RIGHTS)
    attributes = struct.pack("QQQ", files, _up_to(version, NETWORK_RIGHTS), _up_to(version, SCOPES))
    attributes = attributes[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _check(libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0))
    for path in read:
        _allow(ruleset, path, READ)
    for path in write:
        _allow(ruleset, path, files & ~EXECUTE)
    _check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _check(libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):  # noqa: PTH112 - pathlib would double this program's start-up time
        rights &= ON_FILES
    rule = struct.pack("=Qi", rights, descriptor)
    _check(libc.syscall(ADD_RULE, ruleset, 1, rule, 0))
    os.close(descriptor)


def drop_capabilities() -> None:
    """Give up every capability, so that root is an ordinary user who cannot regain them."""
    for capability in range(64):
        libc.prctl(
            PR_CAPBSET_DROP, capability, 0, 0, 0
        )  # fails for those that do not exist, or without rights
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    _check(libc.capset(header, bytes(24)))


def filter_calls(descriptor: int) -> None:
    """Install the seccomp filter that can be read from a descriptor."""
    with os.fdopen(descriptor, "rb") as file:
        code = ctypes.create_string_buffer(file.read())
    size = len(code) - 1  # create_string_buffer adds a zero byte
    program = struct.pack("HxxxxxxQ", size // 8, ctypes.addressof(code))
    _check(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def main() -> None:
    """Confine this process and become the program."""
    config = json.loads(sys.argv[1])
    _check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 - as above
        file.write("1000")  # when the machine runs out of memory, this is what the kernel ends first
    restrict([*config["read"], f"/proc/{os.getpid()}"], config["write"])
    drop_capabilities()
    filter_calls(config["seccomp"])
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
