"""The system calls that student code may not make, as a BPF program for bubblewrap or for prctl."""

from __future__ import annotations

import errno
import os
import tempfile
from functools import cache
from typing import Any

NAMESPACES = (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C

DENIED = {
    # looking into or steering other processes
    "ptrace": "EPERM",
    "process_vm_readv": "EPERM",
    "process_vm_writev": "EPERM",
    "pidfd_getfd": "EPERM",
    "kcmp": "EPERM",
    # leaving the process group that gets killed
    "setsid": "EPERM",
    "setpgid": "EPERM",
    # namespaces and mounts
    "unshare": "EPERM",
    "setns": "EPERM",
    "mount": "EPERM",
    "umount2": "EPERM",
    "pivot_root": "EPERM",
    "chroot": "EPERM",
    "move_mount": "EPERM",
    "open_tree": "EPERM",
    "fsopen": "EPERM",
    "fsmount": "EPERM",
    "fsconfig": "EPERM",
    "fspick": "EPERM",
    "mount_setattr": "EPERM",
    "clone3": "ENOSYS",  # its flags can't be looked at; glibc falls back to clone
    # network; a connected socketpair stays possible
    "socket": "EACCES",
    # memory that no limit counts
    "memfd_create": "EPERM",
    "memfd_secret": "EPERM",
    "shmget": "EPERM",
    "msgget": "EPERM",
    "semget": "EPERM",
    # a large surface that torch does not use
    "bpf": "EPERM",
    "perf_event_open": "EPERM",
    "userfaultfd": "EPERM",
    "io_uring_setup": "ENOSYS",
    "io_uring_enter": "ENOSYS",
    "io_uring_register": "ENOSYS",
    "keyctl": "EPERM",
    "add_key": "EPERM",
    "request_key": "EPERM",
    "open_by_handle_at": "EPERM",
    "name_to_handle_at": "EPERM",
    "kexec_load": "EPERM",
    "kexec_file_load": "EPERM",
    "init_module": "EPERM",
    "finit_module": "EPERM",
    "delete_module": "EPERM",
    "swapon": "EPERM",
    "swapoff": "EPERM",
    "reboot": "EPERM",
    "acct": "EPERM",
    "quotactl": "EPERM",
    "syslog": "EPERM",
    "iopl": "EPERM",
    "ioperm": "EPERM",
    "settimeofday": "EPERM",
    "clock_settime": "EPERM",
    "adjtimex": "EPERM",
    "sethostname": "EPERM",
    "setdomainname": "EPERM",
    "vhangup": "EPERM",
}


@cache
def program() -> bytes:
    """The filter, compiled for this machine.

    Raises OSError or ImportError where libseccomp is missing.
    """
    import pyseccomp

    built = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name, error in DENIED.items():
        _deny(pyseccomp, built, name, error)
    for flag in NAMESPACES:
        _deny(pyseccomp, built, "clone", "EPERM", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    for request in (TIOCSTI, TIOCLINUX):
        # the kernel looks at 32 bits only, so must the filter
        _deny(pyseccomp, built, "ioctl", "EPERM", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request))
    with tempfile.TemporaryFile() as file:
        built.export_bpf(file)
        file.seek(0)
        return file.read()


def _deny(pyseccomp: Any, built: Any, name: str, error: str, *args: Any) -> None:
    try:
        built.add_rule(pyseccomp.ERRNO(getattr(errno, error)), name, *args)
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # a call that this machine's libseccomp has never heard of
            raise


def descriptor() -> int:
    """A new file descriptor from which the filter can be read once."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(program())  # a few kilobytes: less than a pipe holds
    return reading
