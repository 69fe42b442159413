"""There is one version, and the changes of it are told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from grader import __version__

ROOT = Path(__file__).resolve().parents[1]


def test_the_newest_release_of_the_changelog_is_this_version() -> None:
    """With its date; what came after it stands under Unreleased."""
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]

    assert headings[0] == "Unreleased" or len(headings) == len(released)
    assert re.fullmatch(rf"{re.escape(__version__)} \(\d{{4}}-\d\d-\d\d\)", released[0])


def test_the_version_is_written_once() -> None:
    """pyproject.toml takes it from the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert "version" not in project["project"] and project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "grader.__version__"}
