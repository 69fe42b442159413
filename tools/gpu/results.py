"""What was measured, as lines of JSON: kept as it is found, so that a run that is cut off keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = "measured.ndjson"


def add(out: Path, found: dict[str, Any]) -> None:
    """Keep a finding, and print it."""
    line = json.dumps(found)
    print(line, flush=True)
    with (out / FILE).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def read(out: Path) -> list[dict[str, Any]]:
    """Read every finding."""
    path = out / FILE
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )
