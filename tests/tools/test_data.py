"""`make data`: the download as a command."""

from __future__ import annotations

import pytest

from reference import download
from tools import data


def test_success_says_where_the_data_is(monkeypatch, tmp_path, capsys):
    """The folder given is the one that is filled and named."""
    filled = []
    monkeypatch.setattr(download, "install", lambda root, report: filled.append(root))

    assert data.main([str(tmp_path)]) == 0

    assert filled == [tmp_path]
    assert str(tmp_path) in capsys.readouterr().out.replace("\n", "")


def test_the_cache_is_the_default(monkeypatch, tmp_path):
    """Without a folder it is the cache that is filled."""
    filled = []
    monkeypatch.setenv(download.FOLDER, str(tmp_path / "cache"))
    monkeypatch.setattr(download, "install", lambda root, report: filled.append(root))

    data.main([])

    assert filled == [tmp_path / "cache"]


@pytest.mark.parametrize("reason", ["no network here", "the disk is full"])
def test_failure_gives_the_reason(monkeypatch, tmp_path, capsys, reason):
    """What went wrong is said, and the exit code is 1."""

    def install(root, report):
        report(download.ARCHIVES[0].name, 5, 10)
        raise download.DownloadError(reason)

    monkeypatch.setattr(download, "install", install)

    assert data.main([str(tmp_path)]) == 1
    assert reason in capsys.readouterr().err
