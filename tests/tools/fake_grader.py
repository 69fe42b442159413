"""Stands for `python -m grader` in tests of what is around it: the real command line, a made-up verdict.

What it finds in SUBMISSION/behave decides: a hostile grade, a crash, a hang, a line in error.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from grader import grading  # noqa: E402
from grader.commands import app  # noqa: E402
from grader.records.grade import Grade  # noqa: E402
from grader.records.progress import Listener  # noqa: E402
from grader.records.reason import Place, Reason  # noqa: E402
from grader.records.submission import Whereabouts  # noqa: E402
from tests.grader.a_class import ERROR, FAILED, check, grade  # noqa: E402

FORGED = "::error::forged\n::set-output name=score::100\n</details><script>"


def fake(
    path: Path,
    options: grading.Options = grading.DEFAULTS,
    listen: Listener = lambda _: None,
    together: grading.Together = grading.ALONE,
) -> Grade:
    """Behaves as the submission asks, and tells what it was called with."""
    behave = path / "behave" if path.is_dir() else path
    how = behave.read_text() if behave.exists() else ""
    if how == "crash":
        os.abort()
    if how == "hang":
        time.sleep(60)
    leaked = [name for name in os.environ if name.startswith("GITHUB_")]
    reason = Reason(FORGED, place=Place("net.py", 3, "x"))
    line = replace(check("fcn32s.crop", FAILED, 2), reason=reason)
    told = Reason(f"{options} {leaked}")
    maps = replace(check("cam.maps", ERROR if how == "error" else FAILED, 3), reason=told)
    result = grade(path.name, line, maps)
    files = {"net.py": Whereabouts("net.py", (1, 2, 3))}
    return replace(result, submission=replace(result.submission, source="assignment3.ipynb", files=files))


grading.grade = fake
sys.argv = ["grader", *sys.argv[3:]]  # from: -m grader WORDS
if __name__ == "__main__":
    app.main()
