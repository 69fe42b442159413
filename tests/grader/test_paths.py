"""Names and paths lead to submissions, and to folders for their reports."""

from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import CallError
from grader.paths import (
    find,
    refuse_other_things,
    report_folders,
    report_name,
    report_names,
    shown,
    shut,
    submissions_in,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "submissions"
    for name in ("alice", "bob"):
        (home / name).mkdir(parents=True)
    (home / "carol.zip").touch()
    (home / "dan.ipynb").touch()
    (home / "notes.txt").touch()
    (home / ".hidden").mkdir()
    return home


def test_a_name_means_the_folder_or_file_of_that_name(home: Path) -> None:
    """A folder by its name; a file by its name with or without suffix."""
    assert find("alice", home) == home / "alice"
    assert find("carol", home) == home / "carol.zip"
    assert find("carol.zip", home) == home / "carol.zip"
    assert find("dan", home) == home / "dan.ipynb"


def test_a_name_is_found_from_any_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder plays no part in looking up a name."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    assert find("bob", home) == home / "bob"


def test_a_path_may_be_relative_or_absolute(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no name in submissions/ is a path."""
    monkeypatch.chdir(home)

    assert find("./bob", home) == Path("bob")
    assert find("notes.txt", home) == Path("notes.txt")
    assert find(str(home / "bob"), home) == home / "bob"


def test_an_unknown_name_lists_what_there_is_close_ones_first(home: Path) -> None:
    """The message can be acted on."""
    with pytest.raises(CallError, match=r"'bobb'.*There are: bob, alice, carol, dan\."):
        find("bobb", home)


def test_a_long_list_is_cut(home: Path) -> None:
    """Hundreds of names would hide the message."""
    for number in range(40):
        (home / f"s{number:02}").mkdir()

    with pytest.raises(CallError, match=r"and 24 more\."):
        find("nobody", home)


def test_a_missing_path_is_called_a_path() -> None:
    """With a separator in it, it can't be a name."""
    with pytest.raises(CallError, match="There is no file or folder nowhere/x"):
        find("nowhere/x", Path("none"))


def test_an_empty_folder_of_submissions_is_said(tmp_path: Path) -> None:
    """A fresh machine without submissions."""
    with pytest.raises(CallError, match="is empty or missing"):
        find("alice", tmp_path / "none")


def test_a_name_cannot_leave_the_folder(home: Path, tmp_path: Path) -> None:
    """A link in submissions/ that leads out is no submission's name."""
    (tmp_path / "secret").mkdir()
    (home / "eve").symlink_to(tmp_path / "secret")

    with pytest.raises(CallError, match="link out of"):
        find("eve", home)


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.TGZ", "x.ipynb", "x.py", "x.ZIP", "x"])
def test_the_report_of_a_file_stands_under_its_stem(name: str, tmp_path: Path) -> None:
    """x, x.zip and x.ipynb are all reported in x."""
    assert report_name(tmp_path / name) == "x"


def test_the_report_of_a_folder_keeps_its_whole_name(tmp_path: Path) -> None:
    """A folder named x.py is no file."""
    (tmp_path / "x.py").mkdir()

    assert report_name(tmp_path / "x.py") == "x.py"


def test_the_working_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`grade .` is reported under the folder's own name, and so is `grade ..`."""
    (tmp_path / "x" / "y").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "x" / "y")

    assert report_name(Path()) == "y"
    assert report_name(Path("..")) == "x"


def test_two_submissions_never_share_a_report(tmp_path: Path) -> None:
    """The second would overwrite the first; what gets another folder is said."""
    paths = [tmp_path / "a" / "x.zip", tmp_path / "b" / "X", tmp_path / "c" / "x.zip"]
    folders, said = report_folders(paths, Path("out"))

    assert [folders[path] for path in paths] == [Path("out/x.zip"), Path("out/X"), Path("out/x.zip-2")]
    assert len(said) == 2 and "The report of x.zip stands in x.zip-2/" in said[1]


def test_one_submission_given_twice_is_graded_once(tmp_path: Path) -> None:
    """Naming it twice is no mistake."""
    path = tmp_path / "x.zip"

    assert report_folders([path, path], Path("out")) == ({path: Path("out/x")}, ())


NAMES = st.sampled_from(
    [
        "x",
        "X",
        "x.zip",
        "x.zip.zip",
        "x-2",
        "x.zip-2",
        "index.html",
        "INDEX.HTML",
        "...",
        "é",
        "e\u0301",
        "gradebook.csv.zip",
    ]
)


@given(st.lists(NAMES, unique=True))
def test_no_two_reports_meet_on_any_file_system(names: list[str]) -> None:
    """Whatever its case, its accents and its dots; nor does one meet what the class needs for itself."""
    paths = [Path(str(n)) / name for n, name in enumerate(names)]
    found, _ = report_names([(report_name(path), path) for path in paths])
    folded = [unicodedata.normalize("NFC", name.casefold()).rstrip(". ") for name in found.values()]

    assert len(found) == len(paths) == len(set(folded))
    assert not {"", "index.html", "gradebook.csv"} & set(folded)


def test_only_possible_submissions_are_listed(home: Path) -> None:
    """Hidden folders and text files are none."""
    assert [path.name for path in submissions_in(home)] == ["alice", "bob", "carol.zip", "dan.ipynb"]


def test_a_folder_with_other_things_is_refused_and_they_are_named(tmp_path: Path) -> None:
    """However deep they lie; a folder of ours, an empty one and one that isn't there are fine."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "ours.csv").touch()
    (tmp_path / "empty").mkdir()
    for folder in ("ours", "empty", "none"):
        refuse_other_things(tmp_path / folder, lambda path: path.name == "ours.csv", "write")
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    (tmp_path / "inner" / "deep" / "thesis.tex").touch()
    with pytest.raises(CallError, match=r"holds other things \(deep/thesis\.tex\): write to"):
        refuse_other_things(tmp_path / "inner", lambda path: path.name == "deep", "write")


def test_control_characters_are_written_out() -> None:
    """A file's name can't move the cursor or forge a line."""
    assert shown("a\x1b[2J\n::error::b") == "a\\x1b[2J\\x0a::error::b"


def test_a_place_that_is_shut_is_told_from_a_mistake() -> None:
    full = OSError(errno.EROFS, os.strerror(errno.EROFS), "reports/a\nb")

    assert shut(full) == "Read-only file system: reports/a\\x0ab."
    assert not shut(FileNotFoundError(errno.ENOENT, "no such file")) and not shut(KeyError("boom"))
