"""Every format against a file that a person has looked at.

After a wanted change, renew them and read the difference before you commit it:

    RENEW_GOLDENS=1 .venv/bin/python -m pytest tests/grader/reports/test_goldens.py
    git diff fixtures/goldens
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from grader.records.grade import Grade
from grader.reports import RENDERERS, Renderer, classroom50

GOLDENS = Path(__file__).parents[3] / "fixtures" / "goldens"
RUNNER = {
    "CLASSROOM": "vision",
    "ASSIGNMENT": "assignment3",
    "OWNER": "eve",
    "SUBMISSION_TAG": "submit/2026-11-20T10-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/x/y/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/x/y/releases/tag/submit",
}
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
FIXED: dict[str, Renderer] = {
    **RENDERERS,
    "result.json": partial(classroom50.render, environment=RUNNER, now=AT),
}


@pytest.mark.parametrize("name", FIXED)
def test_a_report_is_as_it_was_looked_at(name: str, grade: Grade) -> None:
    """The rendered text equals the golden, character by character."""
    golden, text = GOLDENS / name, FIXED[name](grade)
    if os.environ.get("RENEW_GOLDENS"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8", newline="\n")

    assert golden.read_text(encoding="utf-8") == text


def test_every_format_has_a_golden_and_every_golden_a_format() -> None:
    """A new renderer without a golden fails here, and so does a golden that nothing writes any more."""
    assert {path.name for path in GOLDENS.iterdir()} == set(RENDERERS)
