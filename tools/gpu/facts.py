"""Prints what the machine is: card, driver, libraries, kernel, packages."""

from __future__ import annotations

import subprocess

COMMANDS = (
    "nvidia-smi",
    "ls -l /dev/nvidia* /dev/nvidia-caps /usr/local/nvidia /usr/local/nvidia/*",
    "ldconfig -p | grep -E 'libcuda|nvidia|seccomp|libcap|selinux'",
    "env | grep -E 'CUDA|LD_|NVIDIA|PATH'",
    "uname -a; head -2 /etc/os-release; nproc; free -g | head -2; df -h /tmp /dev/shm",
    "cat /sys/kernel/security/lsm /proc/sys/user/max_user_namespaces",
    "cat /proc/sys/kernel/unprivileged_userns_clone",
    "which bwrap && bwrap --version",
    "python3 -c 'import sys; print(sys.version, sys.path, sys._base_executable, sys.base_prefix)'",
    "python3 -m pip list",
)


def main() -> None:
    """Run every command; what one lacks stops no other."""
    for command in COMMANDS:
        print(f"$ {command}", flush=True)
        subprocess.run(command, shell=True, stderr=subprocess.STDOUT, timeout=20, check=False)


if __name__ == "__main__":
    main()
