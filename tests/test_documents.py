"""What the documents name is there: files, links, targets of make, modules, options of commands."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import typer

from grader.commands.app import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "fixtures").glob("*/README.md")]
FOLDERS = r"grader|reference|tools|fixtures|tests|docs|lock|bin|submissions|\.github"
OURS = re.compile(rf"`((?:{FOLDERS})/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"^bin/grader (\w+(?: export| import)?)\b(.*(?:\n +.*)*)", re.MULTILINE)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@every_page
def test_files_and_links_are_there(page: Path) -> None:
    """A file by its path from the checkout, a link by its path from the page."""
    text = page.read_text(encoding="utf-8")
    linked = [target for target in LINK.findall(text) if not (page.parent / target).exists()]

    assert [path for path in OURS.findall(text) if not (ROOT / path).exists()] + linked == []


@every_page
def test_targets_and_modules_can_be_run(page: Path) -> None:
    """`make WORD` is in the Makefile, `python -m MODULE` is a module of ours."""
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    modules = {name.replace(".", "/") for name in re.findall(r"python3? -m ((?:tools|fixtures)[\w.]*)", text)}

    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= set(targets)
    assert [name for name in modules if not _is_run(ROOT / name)] == []


def _is_run(module: Path) -> bool:
    return module.with_suffix(".py").exists() or (module / "__main__.py").exists()


@every_page
def test_options_of_commands_are_taken(page: Path) -> None:
    """Of every `bin/grader WORD ...` that stands on lines of its own."""
    for word, rest in COMMAND.findall(page.read_text(encoding="utf-8")):
        taken, _, _ = rest.partition("but ")  # "the options of another command but ..."

        assert set(re.findall(r"--[a-z][a-z-]*", taken)) <= options()[word], word


@cache
def options() -> dict[str, set[str]]:
    """The options of each command, by its word or words."""
    found: dict[str, set[str]] = {}

    def add(command: object, word: str) -> None:
        for name, one in getattr(command, "commands", {}).items():
            add(one, f"{word} {name}".strip())
        found[word] = {option for one in getattr(command, "params", ()) for option in one.opts}

    add(typer.main.get_command(app), "")
    return found
