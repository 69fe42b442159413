"""What stands in a template is markup, what is put into it never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from grader.reports.templates import templates


def filled(folder: Path, template: str, longest: int = 100, **values: object) -> str:
    """A template of these words, filled in."""
    (folder / "page.html").write_text(template)
    return templates(folder, longest).get_template("page.html").render(**values)


def test_a_string_is_escaped_printable_and_cut(tmp_path: Path) -> None:
    """Whatever a student wrote, and however much of it; markup of ours is left as it is."""
    assert filled(tmp_path, "<b>{{ x }}</b>", x="<i>\x1b") == "<b>&lt;i&gt;\\x1b</b>"
    assert filled(tmp_path, "{{ x }}", 3, x="abcdef") == "abc ... (3 more characters)"
    assert filled(tmp_path, "{{ x }}", 3, x=Markup("<i>abc</i>")) == "<i>abc</i>"
    assert filled(tmp_path, "{{ x }}", x=7) == "7"


def test_a_name_that_nothing_was_given_for_is_an_error(tmp_path: Path) -> None:
    """It would be an empty place in a report."""
    with pytest.raises(UndefinedError):
        filled(tmp_path, "{{ missing }}")
