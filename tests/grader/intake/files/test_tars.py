"""Tars are read as zips are: files alone, by safe names and within limits."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import time

import pytest

from grader.errors import IntakeError
from grader.intake.files import basket, tars
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


def test_no_more_members_are_looked_at_than_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a zip."""
    monkeypatch.setattr(basket, "MOST_MEMBERS", 2)

    read = opened(tar(*((f"{name}.py", b"") for name in "abc")))
    assert set(read.contents) == {"a.py", "b.py"}
    assert read.notes == ["more than 2 files: the rest was not looked at"]


def test_a_long_header_costs_no_memory_and_no_time() -> None:
    """A name of 32 MB is none."""
    info = tarfile.TarInfo("x" * 2**25)
    data = tar(info, ("b.py", b""))
    began = time.process_time()

    assert "b.py" in opened(data).contents
    assert time.process_time() - began < 1


@pytest.mark.parametrize("sort", [tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK])
def test_headers_of_no_member_are_damage(sort: bytes) -> None:
    """Half a million of them would be read for nothing."""
    with pytest.raises(IntakeError, match="damaged"):
        opened(tar(*[special("x", sort)] * 9, ("a.py", b"x")))

    assert opened(tar(*[special("x", sort)] * 3, ("a.py", b"x"))).contents


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


@pytest.mark.parametrize("name", ["a.py", "photo.jpg"])
def test_an_archive_that_is_cut_off_within_a_file_is_called_so(name: str) -> None:
    """Half a file is none that was handed in, whether it is read or passed over."""
    with pytest.raises(IntakeError, match="is damaged or cut off: it is cut off"):
        opened(tar((name, bytes(2048)))[: 512 + 1000])


def test_gzipped_parts_are_read_one_after_another() -> None:
    """As gunzip does; what is no such part ends it."""
    data = tar(("a.py", b"x"), ("b.py", b"y"))

    assert set(
        opened(b"".join(gzip.compress(data[at : at + 700]) for at in range(0, len(data), 700))).contents
    ) == {
        "a.py",
        "b.py",
    }
    assert set(opened(gzip.compress(data) + bytes(100)).contents) == {"a.py", "b.py"}


def test_an_old_tar_is_known_by_its_checksum() -> None:
    """It says nothing of its kind; and a text that has the word where tars have it is none."""
    head = bytearray(tar(("a.py", b"x"))[:512])
    head[257:265], head[148:156] = bytes(8), b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)

    assert opened(bytes(head) + b"x".ljust(1024, b"\0")).contents == {"a.py": b"x"}
    assert not tars.is_tar(io.BytesIO(b"#" * 257 + b"ustar" + b"#" * 600))


@pytest.mark.parametrize("sort", [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE])
def test_what_has_no_content_has_none_though_it_says_a_size(sort: bytes) -> None:
    """The next header follows at once."""
    info = special("a", sort)
    info.size = 4096

    assert set(opened(info.tobuf() + tar(("b.py", b""))).contents) == {"b.py"}


def test_where_the_holes_of_a_sparse_file_are_is_passed_over() -> None:
    """It may take blocks of its own between header and content."""
    info = special("model.pth", tarfile.GNUTYPE_SPARSE)
    info.size = 512
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[482], head[148:156] = 1, b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    maps = b"".join(bytes(504) + bytes([more]) + bytes(7) for more in (1, 0))

    assert set(opened(bytes(head) + maps + b"x" * 512 + tar(("b.py", b""))).contents) == {"b.py"}


def test_a_header_of_another_header_is_no_file() -> None:
    """Neither where a link leads, too long for its own header, nor a comment that speaks of a path."""
    link = special("long/" * 30 + "a.py", tarfile.SYMTYPE, "b" * 200)
    told = tarfile.TarInfo("c.py")
    told.pax_headers = {"comment": "see path=/etc/passwd"}

    of_link, of_comment = opened(tar(link, form=tarfile.GNU_FORMAT)), opened(tar(told))

    assert (of_link.others, len(of_link.notes)) == ([], 1)
    assert of_link.notes[0].startswith("long/" * 30 + "a.py: a link")
    assert set(of_comment.contents) == {"c.py"}


def test_archives_in_archives_are_opened_once() -> None:
    """A tar in a zip, and a zip in a tar."""
    inner = tar(("a.py", b"x"))

    assert set(opened(zipped([("hw.tar.gz", gzip.compress(inner))])).contents) == {"a.py"}
    assert set(opened(tar(("hw.zip", zipped([("a.py", b"x")])))).contents) == {"a.py"}
    assert not opened(tar(("hw.zip", zipped([("hw.tar", inner)])))).contents


def test_archives_beside_a_file_are_left_and_named() -> None:
    """In a tar and in a zip, as in a folder."""
    inner = zipped([("a.py", b"x")])

    for packed in (tar(("b.py", b""), ("hw.zip", inner)), zipped([("b.py", b""), ("hw.zip", inner)])):
        basket = opened(packed)
        assert set(basket.contents) == {"b.py"}
        assert basket.notes == ["archives beside a notebook or Python file are not opened: hw.zip"]


def test_a_gzipped_file_is_no_tar() -> None:
    """It is called what it is."""
    with pytest.raises(IntakeError, match="a gzip archive"):
        opened(gzip.compress(b"{}"))
