"""Fingerprints change with what they stand for, and with nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.classroom import identity
from grader.classroom.identity import submission_sha
from grader.sandbox.folders import remove


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x" / "sub").mkdir(parents=True)
    (tmp_path / "x" / "a.py").write_text("a = 1")
    (tmp_path / "x" / "sub" / "b.py").write_text("b = 2")
    return tmp_path / "x"


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    """Renaming a zip changes nothing."""
    (tmp_path / "a.zip").write_bytes(b"x")
    (tmp_path / "b.zip").write_bytes(b"x")
    (tmp_path / "c.zip").write_bytes(b"y")

    assert submission_sha(tmp_path / "a.zip") == submission_sha(tmp_path / "b.zip")
    assert submission_sha(tmp_path / "a.zip") != submission_sha(tmp_path / "c.zip")


def test_a_folder_is_known_by_its_files_and_their_names(folder: Path) -> None:
    """Any edit counts; times and empty folders do not."""
    before = submission_sha(folder)
    os.utime(folder / "a.py", (1, 1))
    (folder / "empty").mkdir()
    assert submission_sha(folder) == before

    (folder / "a.py").rename(folder / "c.py")
    assert submission_sha(folder) != before


def test_moving_bytes_between_files_is_a_change(folder: Path) -> None:
    """Names and contents can't run into each other."""
    before = submission_sha(folder)
    (folder / "a.py").write_text("a = 1b = 2")
    (folder / "sub" / "b.py").write_text("")

    assert submission_sha(folder) != before


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """What it leads to is no part of the submission; where it leads is."""
    (tmp_path / "outside").write_text("1")
    (folder / "link").symlink_to(tmp_path / "outside")
    before = submission_sha(folder)
    (tmp_path / "outside").write_text("2")

    assert submission_sha(folder) == before


def test_a_link_is_no_file_that_names_what_it_leads_to(folder: Path) -> None:
    """Either may be a whole notebook."""
    (folder / "link").symlink_to('{"cells": []}')
    before = submission_sha(folder)
    (folder / "link").unlink()
    (folder / "link").write_text('{"cells": []}')

    assert submission_sha(folder) != before


def test_a_pipe_does_not_block(folder: Path) -> None:
    """A submission can hold anything."""
    os.mkfifo(folder / "pipe")

    assert len(submission_sha(folder)) == 64


def test_a_terabyte_that_takes_no_room_is_read_in_no_time(tmp_path: Path) -> None:
    """What it holds counts, where that stands, and its size."""
    shas = set()
    for text, at, size in (
        ("a", 1 << 35, 1 << 40),
        ("b", 1 << 35, 1 << 40),
        ("a", 1 << 36, 1 << 40),
        ("a", 1 << 35, 1 << 41),
    ):
        with (tmp_path / "x").open("w") as file:
            file.truncate(size)
            file.seek(at)
            file.write(text)
        shas.add(submission_sha(tmp_path / "x"))

    assert len(shas) == 4


def test_an_edit_of_the_grader_changes_its_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sources and templates count, profiles and what Python compiles do not."""
    (tmp_path / "grader" / "__pycache__").mkdir(parents=True)
    (tmp_path / "grader" / "profiles").mkdir()
    (tmp_path / "grader" / "a.py").write_text("1")
    monkeypatch.setattr(identity, "ROOT", tmp_path)
    monkeypatch.setattr(identity, "FOLDER", tmp_path / "grader" / "profiles")
    sha = identity.grader_sha.__wrapped__
    before = sha()
    (tmp_path / "grader" / "profiles" / "year.toml").write_text("points = 1")
    (tmp_path / "grader" / "profiles" / "optional").mkdir()
    (tmp_path / "grader" / "profiles" / "optional" / "parts.toml").write_text("points = 1")
    (tmp_path / "grader" / "__pycache__" / "a.pyc").write_text("1")
    assert sha() == before

    (tmp_path / "grader" / "template.html").write_text("<p>")
    assert sha() != before


@pytest.mark.slow
def test_however_deep_a_folder_is_it_has_a_fingerprint(folder: Path) -> None:
    """What nobody reads changes nothing."""
    before = submission_sha(folder)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(os.open("file", os.O_CREAT, dir_fd=here))
    os.close(here)

    assert submission_sha(folder) == before
    remove(folder)


@pytest.mark.parametrize("name", ["a.ipynb", "folder"])
def test_a_linked_submission_is_what_it_leads_to(tmp_path: Path, name: str) -> None:
    """Its content changes, so it is graded again."""
    real = tmp_path / "real" / name
    inner = real if real.suffix else real / "a.ipynb"
    inner.parent.mkdir(parents=True)
    inner.write_text("{}")
    (tmp_path / name).symlink_to(real)
    before = identity.submission_sha(tmp_path / name)
    inner.write_text("changed")

    assert identity.submission_sha(tmp_path / name) != before
