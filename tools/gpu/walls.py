"""Tries each rung of isolation with CUDA inside: it computes, sees one card, and the wall is as it was."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from grader.sandbox.ladder import RUNGS, Isolation
from grader.sandbox.launch import launch
from grader.sandbox.limits import Limits
from grader.sandbox.probe import probe
from grader.sandbox.staging import Program, stage
from tools.gpu.results import add

SEEN = Path(__file__).with_name("seen.py")
SECONDS = 90.0


def look(rung: Isolation, device: str) -> dict[str, Any]:
    """Run the program that looks around under a rung; what it printed, or what went wrong."""
    made = stage(Program(extra=(SEEN,)))
    program = str(made.code / SEEN.name)
    start = f"import sys, runpy; sys.path += {made.path!r}; runpy.run_path({program!r}, None, '__main__')"
    popen = None
    try:
        popen, _ = launch(rung, made, Limits(), ["-s", "-S", "-P", "-B", "-c", start], device=device)
        output = popen.communicate(timeout=SECONDS)[0].decode(errors="replace").strip()
        return (
            dict(json.loads(output.splitlines()[-1])) if output.endswith("}") else {"problem": output[-1500:]}
        )
    except Exception as error:  # whatever it is, the next rung is tried all the same
        return {"problem": f"{type(error).__name__}: {error}"}
    finally:
        if popen is not None:
            popen.kill()
        made.remove()


def main(out: Path, device: str) -> None:
    """Try every rung, with and without the card."""
    for name, rung in RUNGS.items():
        begun = time.monotonic()
        rows = {where: probe(rung, where) for where in ("cpu", device)}
        found = {
            where: {"works": row.works, "problem": row.problem, "possible": list(row.possible)}
            for where, row in rows.items()
        }
        seen = look(rung, device)
        seconds = round(time.monotonic() - begun, 1)
        add(out, {"what": "wall", "rung": name, "probe": found, "seen": seen, "seconds": seconds})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
