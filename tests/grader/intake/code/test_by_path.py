"""Imports by path are read as imports by name, wherever the path comes from."""

from __future__ import annotations

import pytest

from grader.intake.code.by_path import by_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("s = importlib.util.spec_from_file_location('m', 'nets/fcn.py')", "file_nets_fcn_py"),
        ("s = spec_from_file_location('m', location=Path('nets') / 'fcn.py')", "file_nets_fcn_py"),
        ("P = 'fcn.py'\ns = spec_from_file_location('m', P)", "file_fcn_py"),
        ("P = 'fcn.py'\ns = spec_from_file_location('m', os.path.join('nets', P))", "file_nets_fcn_py"),
        ("m = imp.load_source('m', './fcn.py')", "file_fcn_py"),
        ("m = runpy.run_path('nets/fcn.py')", "file_nets_fcn_py"),
        ("m = runpy.run_path(path_name='fcn.py')", "file_fcn_py"),
        ("m = machinery.SourceFileLoader('m', 'fcn.py').load_module()", "file_fcn_py"),
    ],
)
def test_a_path_is_read_as_a_name(text: str, name: str) -> None:
    """A text, texts that are joined, or a name for one."""
    assert f"'{name}')" in by_name(text)


def test_lines_stay_where_they_are() -> None:
    """Also where a call takes several."""
    text = "spec = spec_from_file_location(\n    'm',\n    'a.py',\n)\nx = 1"
    assert by_name(text).split("\n")[1:] == ["", "", "", "x = 1"]


@pytest.mark.parametrize(
    "text",
    ["x = 1", "globals().update(runpy.run_path('a.py'))", "run_path(path)",
     "spec_from_file_location('m', path)", "spec_from_file_location('m')",
     "spec_from_file_location(", "SourceFileLoader('m', 'a.so').load_module()"],
)  # fmt: skip
def test_other_texts_stay(text: str) -> None:
    """What names no file of Python, or doesn't parse."""
    assert by_name(text) == text
