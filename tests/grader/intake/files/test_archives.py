"""Archives as students pack them are read; those that attack cost a note."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from grader.errors import IntakeError
from grader.intake.files import archives
from grader.intake.files.archives import read_archive
from grader.intake.files.basket import Basket
from tests.grader.intake.a_submission import ipynb, zipped

BOOK = ipynb("x = 1")


def opened(data: bytes) -> Basket:
    basket = Basket()
    read_archive(io.BytesIO(data), "a.zip", basket)
    return basket


def test_what_lies_too_deep_is_named() -> None:
    """It is no attack, and it costs no recursion."""
    basket = opened(zipped([("a/" * 1500 + "a.py", b"x"), ("b.py", b"")]))

    assert set(basket.contents) == {"b.py"}
    assert "folders deep, it was not read" in basket.notes[0]


def test_an_archive_in_an_archive_in_an_archive_is_named() -> None:
    """The one within is opened, the one within that is not."""
    inner = zipped([("b.zip", zipped([("c.py", b"x")]))])
    basket = opened(zipped([("a.zip", inner)]))

    assert not basket.contents
    assert basket.notes[-1] == "b.zip: an archive in an archive in an archive is not opened: pack once"


def test_a_colon_in_a_name_is_no_drive() -> None:
    """As in `Assignment 3: final.ipynb`."""
    assert set(opened(zipped([("Assignment 3: final.py", b"x"), ("A: b.py", b"")])).contents) == {
        "Assignment 3: final.py",
        "A: b.py",
    }


@pytest.mark.parametrize(
    "name",
    ["../a.py", "/etc/a.py", "x/../../a.py", "..\\a.py", "C:\\a.py", "\\\\host\\a.py"],
)
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    """Whatever separators they use."""
    basket = opened(zipped([(name, b"x"), ("b.py", b"")]))

    assert set(basket.contents) == {"b.py"}
    assert "leaves the submission's folder" in basket.notes[0]


def test_windows_separators_are_separators() -> None:
    """Some packers write them."""
    assert set(opened(zipped([("hw\\FCN\\a.py", b"")])).contents) == {"hw/FCN/a.py"}


def test_names_are_made_fit_to_print() -> None:
    """Escape sequences and direction marks are replaced."""
    basket = opened(zipped([("a\x1b[31m\u202eb.py", b"")]))

    assert set(basket.contents) == {"a\ufffd[31m\ufffdb.py"}


def test_links_in_archives_are_not_followed() -> None:
    """A zip can hold symbolic links and devices."""
    link = zipfile.ZipInfo("key.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    basket = opened(zipped([(link, b"/etc/passwd"), ("b.py", b"")]))

    assert set(basket.contents) == {"b.py"}
    assert basket.notes == ["key.py: a link or special file, it was not followed"]


def test_a_bomb_is_not_unpacked() -> None:
    """Neither by its ratio nor, with honest ratio, by its size."""
    bomb = zipped([("bomb.py", b"0" * (40 << 20)), ("b.py", b"")])

    basket = opened(bomb)

    assert set(basket.contents) == {"b.py"}
    assert "bomb.py: blows up more than 300 times" in basket.notes[0]


def test_a_member_that_lies_about_its_size_is_cut_or_refused() -> None:
    """The sizes in the table of contents are the attacker's."""
    data = bytearray(zipped([("a.py", b"0" * 3_000_000)], zipfile.ZIP_DEFLATED))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)

    basket = opened(bytes(data))

    assert basket.contents.get("a.py", b"") == b""
    assert "a.py: damaged in the archive" in basket.notes[0]


def test_duplicates_are_noted_and_the_last_one_counts() -> None:
    """As every unpacker does it."""
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped([("a.py", b"1"), ("a.py", b"2")])

    basket = opened(data)

    assert basket.contents == {"a.py": b"2"}
    assert basket.notes == ["a.py: stands in the archive more than once, the last one counts"]


def test_members_that_share_their_bytes_are_refused() -> None:
    """Hundreds of names for one member would unpack it hundreds of times."""
    kernel = zipped([("a.py", b"0" * 900_000)])
    entry, end = kernel.rindex(b"PK\x01\x02"), kernel.rindex(b"PK\x05\x06")
    records = b"".join(kernel[entry:end].replace(b"a.py", b"%d.py" % n) for n in range(9))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 9, 9, len(records), entry, 0)

    basket = opened(kernel[:entry] + records + tail)

    assert basket.contents == {}
    assert len(basket.notes) == 9
    assert all("damaged in the archive" in note for note in basket.notes)


def test_encrypted_and_unusual_members_are_said() -> None:
    """With what to do about it."""
    data = bytearray(zipped([("a.py", b"secret")]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    assert "hand it in without a password" in opened(bytes(data)).notes[0]

    assert "method 14" in opened(zipped([("a.py", b"x")], zipfile.ZIP_LZMA)).notes[0]


def test_damage_in_one_member_costs_that_member() -> None:
    """The others are read."""
    data = bytearray(zipped([("a.py", b"hello" * 50), ("b.py", b"ok")], zipfile.ZIP_STORED))
    data[data.index(b"hello")] ^= 1

    basket = opened(bytes(data))

    assert basket.contents == {"b.py": b"ok"}
    assert "a.py: damaged in the archive" in basket.notes[0]


@pytest.mark.parametrize("keep", [4, 40, 0.5, 0.95])
def test_a_cut_off_archive_is_called_so(keep: float) -> None:
    """Its table of contents stands at the end."""
    data = zipped([("a.ipynb", BOOK * 20)])

    with pytest.raises(IntakeError, match="damaged or cut off"):
        opened(data[: int(keep * len(data)) if keep < 1 else int(keep)])


def test_a_huge_table_of_contents_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Millions of names would fill the memory before the first file."""
    monkeypatch.setattr(archives, "LARGEST_DIRECTORY", 65_600)

    with pytest.raises(IntakeError, match="table of contents is too large"):
        opened(zipped([(f"{n:05}.txt", b"") for n in range(2000)]))


def test_an_archive_in_the_archive_is_opened_once() -> None:
    """One level, and only where nothing else is there."""
    inner = zipped([("a.ipynb", BOOK), ("deeper.zip", zipped([("b.py", b"")]))])

    assert set(opened(zipped([("hw/inner.zip", inner)])).contents) == {"a.ipynb"}
    assert set(opened(zipped([("inner.zip", inner), ("c.py", b"")])).contents) == {"c.py"}
    nested = zipped([("x.zip", zipped([("y.zip", zipped([("b.py", b"")]))]))])
    assert opened(nested).contents == {}


def test_an_empty_archive_holds_nothing() -> None:
    """It is valid."""
    assert opened(zipped([])).contents == {}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp437"])
def test_names_are_read_however_they_are_written(encoding: str) -> None:
    """Archives of old packers don't say it."""
    name = "Übung größe.py"
    raw = name.encode(encoding)
    data = zipped([("Q" * len(raw), b"x")]).replace(b"Q" * len(raw), raw)

    assert set(opened(data).contents) == {name}
