"""Tars are read as zips are: files alone, by safe names and within limits."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import time

import pytest

from grader.errors import IntakeError
from grader.intake.files import tars
from grader.intake.files.archives import read_archive
from grader.intake.files.basket import Basket
from tests.grader.intake.a_submission import zipped


def tar(*members: tuple[str, bytes] | tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of files, and of what else headers can say."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for member in members:
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member[0])
            data = b"" if isinstance(member, tarfile.TarInfo) else member[1]
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def special(name: str, sort: bytes, target: str = "") -> tarfile.TarInfo:
    """A member that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = sort, target
    return info


def opened(data: bytes) -> Basket:
    """What is read of an archive."""
    basket = Basket()
    read_archive(io.BytesIO(data), "a.tar", basket)
    return basket


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_files_are_read_by_their_names(form: int, pack: type[bytes]) -> None:
    """Gzipped or not, and however a long name is written."""
    long = "a_folder_with_a_long_name/" * 6 + "b.py"
    basket = opened(pack(tar(("hw/a.py", b"x = 1"), (long, b"y"), ("é.py", b""), form=form)))

    assert basket.contents == {"hw/a.py": b"x = 1", long: b"y", "é.py": b""}
    assert basket.notes == []


@pytest.mark.parametrize("sort", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_nothing_but_files_is_read(sort: bytes) -> None:
    """No link is followed."""
    basket = opened(tar(special("a.py", sort, "/etc/passwd"), ("b.py", b"")))

    assert set(basket.contents) == {"b.py"}
    assert basket.notes == ["a.py: a link or special file, it was not followed"]


@pytest.mark.parametrize("name", ["../a.py", "/etc/a.py", "x/../../a.py"])
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    """They are noted."""
    basket = opened(tar((name, b"x"), ("b.py", b"")))

    assert set(basket.contents) == {"b.py"}
    assert "leaves the submission's folder" in basket.notes[0]


def test_no_more_is_unpacked_than_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is skipped counts too."""
    monkeypatch.setattr(tars, "MOST_UNPACKED", 2**16)

    with pytest.raises(IntakeError, match="unpacks to more than"):
        opened(gzip.compress(tar(("photo.jpg", bytes(2**17)), ("b.py", b""))))


def test_a_long_header_costs_no_memory_and_no_time() -> None:
    """A name of 32 MB is none."""
    info = tarfile.TarInfo("x" * 2**25)
    data = tar(info, ("b.py", b""))
    began = time.process_time()

    assert "b.py" in opened(data).contents
    assert time.process_time() - began < 1


def test_a_negative_size_is_damage() -> None:
    """Not a way back to where the same header is read again."""
    info = tarfile.TarInfo("a.py")
    info.size = -512
    head = info.tobuf(tarfile.GNU_FORMAT)

    with pytest.raises(IntakeError, match="negative size"):
        opened(head + bytes(1024))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_cut_off_archive_is_called_so(pack: type[bytes]) -> None:
    """In the middle of a member's header, or of what is gzipped."""
    data = pack(tar(("a.py", random.Random(0).randbytes(2048)), ("b.py", b"")))

    with pytest.raises(IntakeError, match="is damaged or cut off"):
        opened(data[: 512 + 2048 + 300] if pack is bytes else data[: len(data) // 2])


def test_archives_in_archives_are_opened_once() -> None:
    """A tar in a zip, and a zip in a tar."""
    inner = tar(("a.py", b"x"))

    assert set(opened(zipped([("hw.tar.gz", gzip.compress(inner))])).contents) == {"a.py"}
    assert set(opened(tar(("hw.zip", zipped([("a.py", b"x")])))).contents) == {"a.py"}
    assert not opened(tar(("hw.zip", zipped([("hw.tar", inner)])))).contents


def test_a_gzipped_file_is_no_tar() -> None:
    """It is called what it is."""
    with pytest.raises(IntakeError, match="a gzip archive"):
        opened(gzip.compress(b"{}"))
