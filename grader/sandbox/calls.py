"""The system calls that a worker may make: a closed list. Whatever is not named here does not exist for it.

Made from what Python, torch, OpenCV and CUDA were seen to call, and their neighbours of the same kind. A call
that can act on another process, or on more than its own files, is in CHECKED with what its arguments may be.
"""

from __future__ import annotations

MEMORY = """
    brk munmap mremap mprotect madvise mincore mlock munlock mlock2 mlockall munlockall msync mbind
    get_mempolicy set_mempolicy membarrier rseq pkey_alloc pkey_free pkey_mprotect arch_prctl cachestat
"""
FILES = """
    open openat openat2 creat close close_range dup dup2 dup3 read write readv writev pread64 pwrite64
    preadv pwritev preadv2 pwritev2 lseek stat fstat lstat newfstatat statx statfs fstatfs access faccessat
    faccessat2 getdents getdents64 getcwd chdir fchdir readlink readlinkat rename renameat renameat2 mkdir
    mkdirat rmdir unlink unlinkat link linkat symlink symlinkat truncate ftruncate fallocate fsync fdatasync
    flock umask fadvise64 readahead sendfile copy_file_range mknod mknodat sync_file_range getxattr
    lgetxattr fgetxattr listxattr llistxattr flistxattr
"""
WAITING = """
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
    eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime nanosleep
    clock_nanosleep pause futex futex_waitv get_robust_list set_robust_list set_tid_address restart_syscall
    sched_yield pipe pipe2 timer_create timer_settime timer_gettime timer_getoverrun timer_delete alarm
    getitimer setitimer
"""
PROCESSES = """
    fork vfork execve execveat exit exit_group wait4 waitid getpid gettid getppid getpgrp getpgid getsid
    getuid geteuid getgid getegid getresuid getresgid getgroups capget getpriority getrlimit setrlimit
    getrusage times sysinfo uname getcpu sched_getaffinity sched_getparam sched_getscheduler sched_getattr
    ioprio_get sched_get_priority_max sched_get_priority_min sched_rr_get_interval rt_sigaction
    rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigpending rt_sigtimedwait sigaltstack time gettimeofday
    clock_gettime clock_getres getrandom
"""
CONNECTED = "sendto recvfrom shutdown getsockname getpeername getsockopt"  # the wall's own socket alone
SIGNALS = "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo"

ALLOWED = tuple(f"{MEMORY} {FILES} {WAITING} {PROCESSES} {CONNECTED} {SIGNALS}".split())

# Which argument, and the values that it may have, as the 32 bits that the kernel looks at.
SELF = (0,)  # a process number that means whoever calls
FCNTL = (0, 1, 2, 3, 4, 1030, 1032)  # duplicate, flags, the size of a pipe; locks of ranges have no limit
PRCTL = (1, 2, 3, 15, 16, 21, 23, 27, 29, 30, 36, 37, 38, 39, 40, 41, 42, 0x53564D41)
TERMINAL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX
CHECKED: dict[str, tuple[int, tuple[int, ...]]] = {
    "prlimit64": (0, SELF),
    "fcntl": (1, FCNTL),
    "prctl": (0, PRCTL),
}
# mmap: (mask, value) of the flags. Shared memory without a file, and huge pages, stay where no process counts
# them; a driver maps such memory.
MAPPED = ((0x40020, 0), (0x40021, 0x20))
MAPPED_BY_DRIVER = ((0x40000, 0),)
# What is pretended to be done where these arguments mean whoever calls, and refused for anybody else: waiting
# is not charged (`stopwatch.py`), so nobody may ask to be served last, or crowd on one core.
SERVED: dict[str, tuple[tuple[int, int], ...]] = {
    "sched_setaffinity": ((0, 0),),
    "sched_setscheduler": ((0, 0),),
    "sched_setparam": ((0, 0),),
    "sched_setattr": ((0, 0),),
    "setpriority": ((0, 0), (1, 0)),
}

NAMESPACES = (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x80)
# What NVIDIA's driver is asked for, as (mask, value): its kind "F", and its shared memory's small numbers.
DRIVER = ((0xFF00, 0x4600), (0xFFFFFF00, 0), (0xFFFFFFFF, 0x30000001), (0xFFFFFFFF, 0x30000002))
# A local socket that CUDA binds a name of its own to; it connects to nothing, so nothing can be sent by it.
DRIVER_CALLS = "bind listen setsockopt"
DRIVER_SOCKET = ((0, 1), (1, 0x80005))  # AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC

# What is told instead of "no such call", by the name of the error; "" pretends that it was done. Programs of
# honest students go on after a mode or a time could not be set, and read a refusal as what it is.
TOLD = {
    "": "chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat",
    "ENOTSUP": "setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr",
    "EACCES": "socket socketpair connect bind listen accept accept4 setsockopt",
    "EPERM": """
        chown lchown fchown fchownat setsid setpgid ptrace unshare setns mount umount2 chroot pivot_root
        memfd_create shmget msgget semget pidfd_open process_vm_readv process_vm_writev ioprio_set bpf
        setuid setgid setreuid setregid setresuid setresgid setgroups capset
    """,
}
