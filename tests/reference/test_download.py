"""Getting the CMP Facade DB, from a server on this machine that can break off."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from reference import download
from reference.download import Archive, DownloadError


class Site:
    """A web site of files; `breaks` is how often it breaks off half way through what it sends."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.breaks = 0
        self.asked: list[tuple[str, str]] = []
        self.ranges = True
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Send a file, from where it is asked for."""
        wanted = request.headers.get("Range", "")
        self.asked.append((request.path, wanted))
        content = self.files.get(request.path.lstrip("/"))
        if content is None:
            return request.send_error(404, "no such file")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if start >= len(content):
            return request.send_error(416)
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        end = len(content)
        if self.breaks:
            self.breaks -= 1
            end = start + (end - start) // 2
        request.wfile.write(content[start:end])
        return None


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The site, with two small archives."""
    small = (Archive("base.zip", "base", "cmp_b", 3), Archive("extended.zip", "extended", "cmp_x", 2))
    monkeypatch.setattr(download, "ARCHIVES", small)
    served = Site()
    served.files = {archive.name: pack(archive) for archive in small}
    yield served
    served.server.shutdown()
    served.server.server_close()


def pack(archive: Archive, count: int | None = None) -> bytes:
    """Zip pictures of an archive, among other files as the real ones hold."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        target.writestr("readme.txt", "about this data set")
        target.writestr(f"{archive.folder}/../../outside.jpg", "not a picture of this folder")
        for number in range(1, (count or archive.count) + 1):
            for suffix in download.SUFFIXES:
                name = f"{archive.folder}/{archive.prefix}{number:04}{suffix}"
                target.writestr(name, f"{name} " * 500)
    return content.getvalue()


def test_the_real_archives_hold_606_pictures() -> None:
    """378 in base, 228 in extended."""
    assert {archive.folder: archive.count for archive in download.ARCHIVES} == {"base": 378, "extended": 228}


def test_the_data_set_is_installed_once(site: Site, tmp_path: Path) -> None:
    """Both archives are fetched and unpacked; a second call asks for nothing."""
    assert not download.complete(tmp_path)

    download.install(tmp_path, site=site.url)
    asked = list(site.asked)
    download.install(tmp_path, site=site.url)

    assert download.complete(tmp_path)
    assert site.asked == asked == [("/base.zip", ""), ("/extended.zip", "")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "extended"]
    assert len(list((tmp_path / "base").iterdir())) == 9
    assert (tmp_path / "base" / "cmp_b0002.png").read_text().startswith("base/cmp_b0002.png ")


def test_nothing_is_written_outside(site: Site, tmp_path: Path) -> None:
    """A name that leaves its folder is left out."""
    download.install(tmp_path / "deep" / "root", site=site.url)

    assert not list(tmp_path.rglob("outside.jpg"))


def test_progress_reaches_the_whole(site: Site, tmp_path: Path) -> None:
    """Bytes only grow, and end at the size of the archive."""
    seen = []

    download.fetch(site.url + "base.zip", tmp_path / "base.zip", lambda *step: seen.append(step))

    size = len(site.files["base.zip"])
    assert [done for _, done, _ in seen] == sorted({done for _, done, _ in seen})
    assert seen[-1] == ("base.zip", size, size)


def test_a_broken_connection_is_resumed_where_it_broke(site: Site, tmp_path: Path) -> None:
    """What has arrived is not sent again."""
    site.breaks = 2
    content = site.files["base.zip"]

    download.fetch(site.url + "base.zip", tmp_path / "base.zip")

    starts = [0, len(content) // 2, len(content) // 2 + (len(content) - len(content) // 2) // 2]
    assert [wanted for _, wanted in site.asked] == ["", *(f"bytes={start}-" for start in starts[1:])]
    assert (tmp_path / "base.zip").read_bytes() == content


def test_a_later_call_resumes_too(site: Site, tmp_path: Path) -> None:
    """A download given up leaves its part, and the next call goes on from there."""
    site.breaks = download.ATTEMPTS
    with pytest.raises(
        DownloadError, match=r"the connection broke after \d+ of \d+ bytes\. Another try goes on"
    ):
        download.fetch(site.url + "base.zip", tmp_path / "base.zip")
    assert not (tmp_path / "base.zip").exists()

    download.fetch(site.url + "base.zip", tmp_path / "base.zip")

    assert (tmp_path / "base.zip").read_bytes() == site.files["base.zip"]
    assert site.asked[-1][1].startswith("bytes=")


def test_a_server_that_can_not_resume_sends_all_again(site: Site, tmp_path: Path) -> None:
    """An answer from the start replaces the part."""
    site.ranges, site.breaks = False, 1

    download.fetch(site.url + "base.zip", tmp_path / "base.zip")

    assert (tmp_path / "base.zip").read_bytes() == site.files["base.zip"]


def test_a_part_longer_than_the_file_is_started_over(site: Site, tmp_path: Path) -> None:
    """The file on the site has become another one."""
    (tmp_path / "base.zip.part").write_bytes(b"old" * 100_000)

    download.fetch(site.url + "base.zip", tmp_path / "base.zip")

    assert (tmp_path / "base.zip").read_bytes() == site.files["base.zip"]


def test_a_damaged_archive_is_named_and_removed(site: Site, tmp_path: Path) -> None:
    """Flipped bytes are found, nothing half unpacked is left, and the next try can succeed."""
    good = site.files["base.zip"]
    site.files["base.zip"] = good[:4000] + bytes(200) + good[4200:]

    with pytest.raises(DownloadError, match=r"base\.zip came damaged .* Try again"):
        download.install(tmp_path, site=site.url)

    assert not (tmp_path / "base").exists()
    site.files["base.zip"] = good
    download.install(tmp_path, site=site.url)
    assert download.complete(tmp_path)


def test_an_archive_with_too_few_pictures_is_refused(site: Site, tmp_path: Path) -> None:
    """Counts are checked."""
    site.files["extended.zip"] = pack(download.ARCHIVES[1], count=1)

    with pytest.raises(DownloadError, match=r"extended\.zip lacks 1 of its 2 pictures"):
        download.install(tmp_path, site=site.url)


def test_a_missing_file_is_named_at_once(site: Site, tmp_path: Path) -> None:
    """A 404 is not tried again."""
    del site.files["base.zip"]

    with pytest.raises(DownloadError, match=r"base\.zip: no such file"):
        download.install(tmp_path, site=site.url)

    assert len(site.asked) == 1


def test_no_network_is_said(tmp_path: Path) -> None:
    """A server that is not there gives its reason and a way on."""
    with pytest.raises(DownloadError, match=r"Connection refused.* Another try"):
        download.install(tmp_path, site="http://127.0.0.1:9/")


def test_the_cache_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment variable, else the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(download.FOLDER, raising=False)
    assert download.cache() == tmp_path / "fcn-cam-grader" / "cmp_facade_db"

    monkeypatch.setenv(download.FOLDER, "/data/cmp")
    assert str(download.cache()) == "/data/cmp"
