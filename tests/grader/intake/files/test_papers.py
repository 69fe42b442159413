"""What only a person reads is told by its name, and one from another by what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read
from grader.intake.files.papers import for_a_person, sha256_of


def test_a_person_reads_exports_and_texts() -> None:
    """And opens archives of other programs; neither data, nor what libraries are needed."""
    names = ["a.PDF", "b/c.html", "code.txt", "requirements.txt", "x.json", "y.RAR", "z.7z", "bike.jpg"]

    assert for_a_person(names) == ("a.PDF", "b/c.html", "code.txt", "y.RAR", "z.7z")


@pytest.mark.parametrize("name", ["a3.rar", "a3.zip", "sub/a3.7z", "sub/a3.zip", "alone.rar", "alone.zip"])
def test_what_another_program_packed_is_opened_by_a_person(name: str, tmp_path: Path) -> None:
    """Whatever it is called, alone or in a folder: work may be in it, so it is not nothing."""
    path = tmp_path / "s" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"Rar!\x1a\x07\x01\x00")

    found = read(path if "alone" in name else tmp_path / "s")

    assert found.papers == (name,)
    assert found.problem and found.sha256


def test_a_pointer_instead_of_an_archive_holds_nothing(tmp_path: Path) -> None:
    """Nobody can open it."""
    (tmp_path / "a.zip").write_bytes(b"version https://git-lfs.github.com/spec/v1")

    assert read(tmp_path / "a.zip").papers == () and read(tmp_path / "a.zip").problem


@pytest.mark.parametrize("name", ["a.pdf", "b"])
def test_another_content_is_another_hash(name: str, tmp_path: Path) -> None:
    """Of a file, and of those in a folder."""
    path = tmp_path / name
    file = path if path.suffix else path / "a.pdf"
    hashes = set()
    for text in ("one", "two", "one"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        hashes.add(read(path).sha256)

    assert len(hashes) == 2 and read(path).papers == ("a.pdf",)


@pytest.mark.parametrize("code", ["import torch\nprint(1)", "class FCN8s(nn.Module):\n    pass"])
def test_a_text_that_only_shows_code_is_no_notebook(code: str, tmp_path: Path) -> None:
    """Unless something that is graded is in it."""
    (tmp_path / "README.md").write_text(f"# Use\n```python\n{code}\n```\n")
    (tmp_path / "report.pdf").write_text("%PDF")

    found = read(tmp_path)

    assert found.papers == (() if "FCN8s" in code else ("README.md", "report.pdf"))
    assert bool(found.problem) == bool(found.papers)


def test_a_terabyte_that_takes_no_room_is_read_in_no_time(tmp_path: Path) -> None:
    """Alone or in a folder."""
    with (tmp_path / "a.pdf").open("w") as file:
        file.truncate(1 << 40)

    assert sha256_of(tmp_path / "a.pdf", ["a.pdf"]) != sha256_of(tmp_path, ["a.pdf"])


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Nor is it missed."""
    (tmp_path / "x").write_text("secret")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.pdf").symlink_to(tmp_path / "x")
    before = sha256_of(tmp_path / "s", ["a.pdf"])
    (tmp_path / "x").write_text("other")

    assert sha256_of(tmp_path / "s", ["a.pdf"]) == before
