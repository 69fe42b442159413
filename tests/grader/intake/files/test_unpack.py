"""Folders and single files are read within limits, and nothing in them is followed or waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.errors import IntakeError
from grader.intake.files import basket
from grader.intake.files.unpack import name_of, unpack
from tests.grader.intake.a_submission import folder, ipynb, zipped

BOOK = ipynb("x = 1")


def test_a_folder_is_read_without_what_machines_left_there(tmp_path: Path) -> None:
    """Checkpoints, caches, dot files and data are no part of a submission."""
    junk = [
        ".ipynb_checkpoints/a-checkpoint.ipynb",
        "__MACOSX/._a.ipynb",
        "__pycache__/x.py",
        ".git/x.py",
        ".x.py",
    ]
    root = folder(
        tmp_path / "s", {"a.ipynb": BOOK, "m.py": "", "data/1.jpg": b"x", **dict.fromkeys(junk, b"x")}
    )

    files = unpack(root)

    assert set(files.contents) == {"a.ipynb", "m.py"}
    assert files.others == ("data/1.jpg",)


def test_a_folder_and_its_zips_are_the_same_submission(tmp_path: Path) -> None:
    """With a wrapper folder or without, in any order: the same names and the same digest."""
    content = {"a.ipynb": BOOK, "FCN/dataset.py": b"x = 1"}
    root = folder(tmp_path / "s", content)
    (tmp_path / "flat.zip").write_bytes(zipped(content.items()))
    wrapped = [(f"hw 3/wrapper/{name}", data) for name, data in reversed(content.items())]
    (tmp_path / "wrapped.zip").write_bytes(zipped([*wrapped, ("__MACOSX/hw 3/._a.ipynb", b"")]))

    found = [unpack(path) for path in (root, tmp_path / "flat.zip", tmp_path / "wrapped.zip")]

    assert [dict(sorted(files.contents.items())) for files in found] == [dict(sorted(content.items()))] * 3
    assert len({files.sha256 for files in found}) == 1


def test_the_digest_tells_contents_and_names_apart(tmp_path: Path) -> None:
    """Neither a byte nor a name can change unseen."""
    contents = [{"a.py": b"1"}, {"a.py": b"2"}, {"b.py": b"1"}, {"a.py": b"1", "b.py": b""}]

    digests = {unpack(folder(tmp_path / str(n), each)).sha256 for n, each in enumerate(contents)}

    assert len(digests) == 4


def test_a_kit_folder_alone_is_no_wrapper(tmp_path: Path) -> None:
    """FCN/ keeps its name, or the kit's files would pass for the student's."""
    assert set(unpack(folder(tmp_path / "s", {"FCN/dataset.py": b""})).contents) == {"FCN/dataset.py"}


def test_links_are_noted_and_not_followed(tmp_path: Path) -> None:
    """Neither files nor folders, inside or outside."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.py").write_text("key = 1")
    root = folder(tmp_path / "s", {"a.ipynb": BOOK})
    (root / "key.py").symlink_to(tmp_path / "secret" / "key.py")
    (root / "folder").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root)

    files = unpack(root)

    assert set(files.contents) == {"a.ipynb"}
    assert [note for note in files.notes if "not followed" in note] == [
        "folder: a link, it was not followed",
        "key.py: a link, it was not followed",
        "loop: a link, it was not followed",
    ]


def test_pipes_and_devices_do_not_hang(tmp_path: Path) -> None:
    """A pipe without a writer would wait for ever."""
    root = folder(tmp_path / "s", {"a.ipynb": BOOK})
    os.mkfifo(root / "pipe.py")

    assert "pipe.py: it is not a regular file" in unpack(root).notes
    with pytest.raises(IntakeError, match="null can't be read: it is not a regular file"):
        unpack(Path("/dev/null"))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.ipynb", b"", r"a\.ipynb is empty \(0 bytes\)"),
        ("a.zip", b"", r"a\.zip is empty \(0 bytes\)"),
        ("a.py", b"", r"a\.py is empty"),
        ("a.pdf", b"%PDF-1.7 ...", "a.pdf is a PDF: hand in the notebook"),
        ("a.zip", b"Rar!\x1a\x07", "a.zip is a RAR archive, not a zip"),
        ("a.zip", b'{"cells": []}', r"a.zip is a notebook \(.ipynb\), not a zip"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "a.7z is a 7-Zip archive"),
        ("a.docx", b"neither", "neither a notebook"),
        ("a.zip", b"PK\x03\x04 cut off", "a.zip is not a zip, or is damaged or cut off"),
    ],
)
def test_a_file_of_another_sort_is_called_what_it_is(
    name: str, data: bytes, message: str, tmp_path: Path
) -> None:
    """The message says what is wrong and what to do."""
    (tmp_path / name).write_bytes(data)

    with pytest.raises(IntakeError, match=message):
        unpack(tmp_path / name)


BY_A_BROWSER = b'{\n "cells": [\n  {\n   "cell_type": "code", "source": []}], "nbformat": 4}'


BY_COLAB = b'{"nbformat": 4, "metadata": {"widgets": "%b"}, "cells": [{"cell_type": "code"}]}' % (
    b"x" * basket.HEAD
)


@pytest.mark.parametrize(
    "data",
    [
        BY_A_BROWSER,
        BY_COLAB,
        b"\xef\xbb\xbf" + BY_A_BROWSER,
        b'{"metadata": {}, "cells": [{"cell_type": "markdown"}]}',
    ],
)
def test_a_notebook_that_is_called_json_is_read(data: bytes, tmp_path: Path) -> None:
    """Where there is no other, in a folder or alone."""
    root = folder(tmp_path / "s", {"a.json": data, "labels.json": b'{"cells": 3}'})

    assert unpack(root).contents == unpack(root / "a.json").contents == {"a.ipynb.json": data}
    assert sorted(unpack(folder(root, {"b.py": b"x = 1"})).contents) == ["a.ipynb.json", "b.py"]
    assert unpack(folder(root, {"c.ipynb": BOOK})).contents == {"b.py": b"x = 1", "c.ipynb": BOOK}


@pytest.mark.parametrize("data", [b'{"cells": 3}', b'["cell_type"]', b'{"model": "cell_type"}'])
def test_other_json_is_no_notebook(data: bytes, tmp_path: Path) -> None:
    """Alone, it is nothing to grade."""
    (tmp_path / "a.json").write_bytes(data)

    with pytest.raises(IntakeError, match=r"a\.json is neither a notebook"):
        unpack(tmp_path / "a.json")


def test_of_notebooks_that_are_called_json_so_many_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of others, and as large."""
    monkeypatch.setattr(basket, "MOST_FILES", 3)
    root = folder(tmp_path / "s", {f"{n}.json": BY_A_BROWSER for n in range(5)})
    assert len(unpack(root).contents) == 3 and unpack(root).notes == (basket.TOO_MANY,)

    monkeypatch.setitem(basket.LARGEST, "ipynb", 50)
    with pytest.raises(IntakeError, match=r"0\.json: larger than"):
        unpack(root)


def test_what_is_missing_or_empty_is_said(tmp_path: Path) -> None:
    """A path that leads nowhere, a folder with nothing in it, and one with other things."""
    with pytest.raises(IntakeError, match="nobody can't be read: no such file or directory"):
        unpack(tmp_path / "nobody")
    with pytest.raises(IntakeError, match=r"holds no notebook .* it holds nothing"):
        unpack(tmp_path)
    with pytest.raises(IntakeError, match=r"it holds report\.pdf"):
        unpack(folder(tmp_path / "s", {"report.pdf": b"x"}))


def test_a_zip_under_the_name_of_a_notebook_is_opened(tmp_path: Path) -> None:
    """What counts is what it is."""
    (tmp_path / "a.ipynb").write_bytes(zipped([("b.ipynb", BOOK)]))

    assert set(unpack(tmp_path / "a.ipynb").contents) == {"b.ipynb"}


def test_a_zip_in_a_folder_is_opened_where_there_is_nothing_else(tmp_path: Path) -> None:
    """An upload form may wrap the student's archive in a folder."""
    root = folder(tmp_path / "s", {"hw.zip": zipped([("a.ipynb", BOOK)])})
    assert set(unpack(root).contents) == {"a.ipynb"}

    folder(root, {"b.ipynb": BOOK})
    beside = unpack(root)
    assert set(beside.contents) == {"b.ipynb"}
    assert beside.notes == ("archives beside a notebook or Python file are not opened: hw.zip",)


def test_too_many_and_too_large_files_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is read, and a note says what was not."""
    monkeypatch.setattr(basket, "MOST_MEMBERS", 5)
    monkeypatch.setitem(basket.LARGEST, "py", 100)
    files = {"a.ipynb": BOOK, "large.py": b"#" * 101, **{f"z{n}.py": b"" for n in range(9)}}

    found = unpack(folder(tmp_path / "s", files))

    assert len(found.contents) == 4
    assert found.notes[0].startswith("large.py: larger than")
    assert found.notes[1] == "more than 5 files: the rest was not looked at"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("alice.zip", "alice"),
        ("hw3.v2.ipynb", "hw3.v2"),
        ("a.ipynb.json", "a"),
        ("b\x1b[31m.py", "b�[31m"),
        ("x.pdf", "x"),
    ],
)
def test_a_submission_is_called_after_its_file(path: str, name: str) -> None:
    """Without the ending, and without characters that a terminal would obey."""
    assert name_of(Path(path)) == name
