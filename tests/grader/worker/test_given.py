"""Files are put below the current folder, and nowhere else."""

from __future__ import annotations

import importlib
import io
import os
from pathlib import Path

import pytest
import torch

from grader.records.submission import DataFile
from grader.wall.marked import MARK
from grader.worker.given import look_here, put, put_pictures


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worker's folder, with a link to the kit's files."""
    kit, made = tmp_path / "kit", tmp_path / "home"
    kit.mkdir()
    made.mkdir()
    (kit / "labels.json").write_text("kit")
    (made / "files").symlink_to(kit)
    monkeypatch.chdir(made)
    return made


def test_files_are_put_in_their_folders(home: Path) -> None:
    """These are made as they are needed."""
    put([DataFile("a.txt", b"1"), DataFile("cfg/b/c.txt", b"2")])
    assert (home / "a.txt").read_bytes() + (home / "cfg/b/c.txt").read_bytes() == b"12"


def test_the_kit_s_files_stay(home: Path) -> None:
    """A submission's own file has room beside them."""
    put([DataFile("files/labels.json", b"mine"), DataFile("files/more.json", b"mine")])
    assert (home / "files/labels.json").read_text() == "kit"
    assert (home / "files/more.json").read_text() == "mine"
    assert [path.name for path in (home.parent / "kit").iterdir()] == ["labels.json"]


@pytest.mark.parametrize("path", ["/etc/x.txt", "../x.txt", "a/../../x.txt"])
def test_no_path_leads_out(path: str, home: Path) -> None:
    """Whoever made it."""
    put([DataFile(path, b"x")])
    assert not list(home.parent.glob("*.txt")) and not list(home.glob("*.txt"))


def test_a_folder_is_made_for_what_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was there for whoever wrote it, and an empty one can't be handed in; nothing is read from it."""
    for name in ("builtins.open", "io.open", "os.mkdir", "torch.save"):
        module, _, attribute = name.partition(".")
        monkeypatch.setattr(name, getattr(importlib.import_module(module), attribute))
    look_here()

    Path("out/a/log.txt").write_text("written")
    Path("runs/1").mkdir()
    torch.save({"a": 1}, "ckpt/model.pth")
    assert (home / "out/a/log.txt").read_text() == "written"
    assert (home / "runs/1").is_dir() and (home / "ckpt/model.pth").is_file()
    with pytest.raises(FileNotFoundError):
        Path("data/labels.txt").read_text()
    assert not (home / "data").exists()


def test_what_stands_for_a_vgg16_is_not_written_over(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it written anywhere else under that name."""
    monkeypatch.setattr("torch.save", torch.save)
    monkeypatch.setattr("builtins.open", open)
    monkeypatch.setattr("io.open", io.open)
    monkeypatch.setattr("os.mkdir", os.mkdir)
    put([DataFile("vgg.pth", MARK)])
    look_here()
    for path in ("vgg.pth", "weights/vgg.pth", "other.pth"):
        torch.save({"a": 1}, path)
    assert (home / "vgg.pth").read_bytes() == MARK
    assert not (home / "weights").exists() and (home / "other.pth").is_file()


def test_a_file_in_the_place_of_a_folder_costs_only_itself(home: Path) -> None:
    """The rest is put."""
    put([DataFile("a", b"1"), DataFile("a/b", b"2"), DataFile("c", b"3")])
    assert (home / "c").read_bytes() == b"3"


def test_a_place_of_another_machine_is_here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the longest end of its path that was handed in; what is written there is here, too."""
    monkeypatch.setattr("builtins.open", open)
    monkeypatch.setattr("io.open", open)
    put([DataFile("cfg/a.txt", b"in cfg"), DataFile("a.txt", b"at the top")])
    look_here()

    assert Path("../a.txt").read_text() == "at the top"
    assert Path("/content/drive/hw/cfg/a.txt").read_text() == "in cfg"
    assert Path("C:\\hw\\cfg\\a.txt").read_text() == "in cfg"
    Path("/content/drive/hw/new.txt").write_text("new")
    assert (home / "new.txt").read_text() == Path("/content/drive/hw/new.txt").read_text() == "new"


@pytest.mark.parametrize("path", ["b.txt", "../b.txt", "/content/../a", "/a/b.txt", "files"])
def test_what_was_not_handed_in_is_missing(path: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would be anywhere."""
    monkeypatch.setattr("builtins.open", open)
    monkeypatch.setattr("io.open", open)
    look_here()
    with pytest.raises(OSError):
        Path(path).read_text()


def test_a_picture_that_is_not_handed_in_has_one_in_its_place(home: Path) -> None:
    """Of those that code names, below the current folder; one that is there stays."""
    (home.parent / "kit" / "bike.jpg").write_bytes(b"bike")
    (home.parent / "kit" / "cat.jpg").write_bytes(b"cat")
    names = ["files/my dog.jpg", "own/a.png", "files/cat.jpg", "../b.jpg", f"{home.parent}/nobody/c.jpg"]

    put_pictures([f"for path in {names}: show(path)"])

    assert (home / "files/my dog.jpg").read_bytes() + (home / "own/a.png").read_bytes() == b"bikebike"
    assert (home / "files/cat.jpg").read_bytes() == b"cat"
    assert not (home.parent / "b.jpg").exists()
    assert not (home.parent / "nobody").exists()
