"""Grades submissions on the card: alice, bob, and models that are weak in one way."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures.edits import apply
from fixtures.notebook import base, to_ipynb
from tools.calibrate.models import NETWORKS, WEAK
from tools.gpu.results import add

GRADED = ("alice", "bob")
KINDS = ("gradients cut", "ignores its input", "crop from 0")
AT_ONCE = 3
SECONDS = 240.0


def main(out: Path, work: Path, device: str, rung: str, training: str, names: Iterable[str] = ()) -> None:
    """Grade each submission by a plan; keep the score, the training lines, and the reports."""
    everyone = [*GRADED, *map(str, weak(work / "weak"))]
    chosen = [who for who in everyone if not names or Path(who).stem in names]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(lambda who: grade(out, work / training, who, device, rung, training), chosen):
            keep(out / f"reports-{training}.zip", work / training)


def weak(folder: Path) -> list[Path]:
    """Write the weak models as submissions, both networks weak in the same way."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in KINDS:
        path = folder / f"{kind.replace(' ', '-')}.ipynb"
        path.write_text(to_ipynb(apply(base(), *(WEAK[kind](network) for network in NETWORKS))))
        written.append(path)
    return written


def grade(out: Path, reports: Path, who: str, device: str, rung: str, training: str) -> None:
    """Grade one submission as a person would."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "grader", "grade", who, "--out", str(reports), "--training", training]
    command += ["--device", device, "--isolation", rung, "--seed", "7", "--verbose"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        said = done.stderr[-3000:]
    except subprocess.TimeoutExpired:
        said = "out of time"
    print(f"{who}: {said}", flush=True)
    path = reports / Path(who).stem / "report.json"
    report = json.loads(path.read_text()) if path.exists() else {}
    lines = [check for check in report.get("checks", []) if ".training" in check["id"]]
    kept = {key: report.get(key) for key in ("score", "max_score", "pending", "provenance")}
    seconds = round(time.monotonic() - begun, 1)
    add(
        out,
        {
            "what": "grading",
            "who": Path(who).stem,
            "plan": training,
            **kept,
            "lines": lines,
            "seconds": seconds,
        },
    )


def keep(path: Path, reports: Path) -> None:
    """Pack the reports that are there, whole or not at all."""
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as target:
        for file in sorted(reports.glob("*/report.*")):
            target.write(file, file.relative_to(reports))
    part.replace(path)


if __name__ == "__main__":
    out, work, device, rung, training, *names = sys.argv[1:]
    main(Path(out), Path(work), device, rung, training, names)
