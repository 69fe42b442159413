"""Downloads of files that lie here are answered, others go where they went."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
import requests

from grader.worker import serving
from grader.worker.serving import LARGEST, serve

ADDRESS = "https://nowhere.invalid/a/n.json?raw=1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a file, and downloads that are no longer served afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(urllib.request, "urlopen", urllib.request.urlopen)
    monkeypatch.setattr(requests.Session, "request", requests.Session.request)
    (tmp_path / "n.json").write_text("[7]")
    serve(["import requests"])
    yield tmp_path


def test_a_file_is_served_by_the_end_of_its_address(home: Path) -> None:
    """To urllib, by whichever function, and to requests."""
    with urllib.request.urlopen(ADDRESS) as answer:
        assert answer.read() == b"[7]"
    with urllib.request.urlopen(urllib.request.Request(ADDRESS)) as answer:
        assert list(answer) == [b"[7]"]
    urllib.request.urlretrieve(ADDRESS, "copy.json")
    assert (home / "copy.json").read_text() == "[7]"
    answered = requests.get(ADDRESS, timeout=1)
    answered.raise_for_status()
    assert (answered.json(), answered.text) == ([7], "[7]")


def test_what_is_not_here_is_not_served(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Nor is what is large, or an address without a name."""

    def refused(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr(serving, "_download", refused)
    (home / "large.json").write_bytes(b"x" * (LARGEST + 1))
    for name in ("other.json", "large.json", ""):
        with pytest.raises(URLError):
            urllib.request.urlopen(f"https://nowhere.invalid/{name}")


def test_serving_twice_is_serving_once() -> None:
    """A worker may load several times."""
    before = urllib.request.urlopen, requests.Session.request
    serve(["import requests"])
    assert (urllib.request.urlopen, requests.Session.request) == before
