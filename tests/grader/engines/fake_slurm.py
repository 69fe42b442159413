"""sbatch, srun, sacct and scancel for tests: jobs of an array run at once, on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil

HOME = Path(__file__).resolve().parent
WORDS = ("sbatch", "srun", "sacct", "scancel")
WRAPPER = '#!/bin/sh\nexec "{python}" "{program}" "{state}" {word} "$@"\n'


def install(folder: Path, state: Path) -> None:
    """Put the commands into a folder for PATH; what they know of jobs stands in another."""
    state.mkdir()
    folder.mkdir()
    for word in WORDS:
        path = folder / word
        path.write_text(WRAPPER.format(python=sys.executable, program=__file__, state=state, word=word))
        path.chmod(0o755)


def sbatch(state: Path, words: list[str]) -> None:
    script = Path(words[-1])
    number = str(17 + len(list(state.glob("*.sh"))))
    (state / f"{number}.sh").write_text(script.read_text())
    found = re.search(r"--array=(\d+)-(\d+)", script.read_text())
    indices = range(int(found[1]), int(found[2]) + 1) if found else [None]
    for index in indices:
        own = {"SLURM_JOB_ID": number, "SLURM_NTASKS": "1", "SLURM_JOB_NUM_NODES": "1"}
        own |= {"SLURM_NODEID": "0", "SLURM_PROCID": "0", "SLURM_LOCALID": "0", "SLURM_JOB_NODELIST": "here"}
        if index is not None:
            own |= {"SLURM_ARRAY_JOB_ID": number, "SLURM_ARRAY_TASK_ID": str(index)}
        quiet = subprocess.DEVNULL
        job = subprocess.Popen(
            ["bash", str(script)],
            env={**os.environ, **own},
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,
        )
        name = number if index is None else f"{number}_{index}"
        (state / f"{name}.json").write_text(json.dumps(job.pid))
    print(f"Submitted batch job {number}")


def srun(state: Path, words: list[str]) -> None:
    command = words[words.index("-u") - 1 :]
    os.execv(command[0], command)


def sacct(state: Path, words: list[str]) -> None:
    print("JobID|State|NodeList")
    for path in sorted(state.glob("*.json")):
        pid = json.loads(path.read_text())
        runs = psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        print(f"{path.stem}|{'RUNNING' if runs else 'COMPLETED'}|here")


def scancel(state: Path, words: list[str]) -> None:
    for path in state.glob(f"{words[-1]}*.json"):
        if psutil.pid_exists(pid := json.loads(path.read_text())):
            os.killpg(pid, 9)


if __name__ == "__main__":
    globals()[sys.argv[2]](Path(sys.argv[1]), sys.argv[3:])
