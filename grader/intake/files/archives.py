"""Archives as students pack them and as attackers do, read into memory, never onto disk."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile
from typing import BinaryIO

from grader.errors import IntakeError
from grader.intake.files.basket import MEGABYTE, Basket, kind, shown
from grader.intake.files.tars import is_tar, read_tar

LARGEST_DIRECTORY = 4 * MEGABYTE  # of a table of contents: some 40 000 members
BOMB_RATIO = 300  # notebooks shrink to a third, or to a hundredth where a progress bar filled them
BOMB_SIZE = 8 * MEGABYTE  # up to here any ratio is harmless
MOST_INNER = 4  # archives in an archive
UTF8 = 0x800  # the flag of a name in UTF-8
ZIP = b"PK\x03\x04"  # what a zip begins with
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # LZMA may ask for gigabytes before its first byte
POINTER = "a pointer of Git LFS"
SIGNATURES = {
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"%PDF": "a PDF",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"version https://git-lfs": f"{POINTER} instead of the file (git lfs pull gets it)",
}


class _Directory(io.BufferedReader):
    """A file of which zipfile may not read a huge table of contents at one go."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = LARGEST_DIRECTORY + 1 if size is None or size < 0 else size
        if wanted > LARGEST_DIRECTORY + 1 or len(data := super().read(wanted)) > LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("its table of contents is too large")
        return data


def what_is(data: bytes) -> str:
    """What a file is by its first bytes, in words, or "" where we can't tell."""
    head = data[:32].lstrip(b"\xef\xbb\xbf \r\n\t")
    return next((words for start, words in SIGNATURES.items() if head.startswith(start)), "")


def read_archive(file: BinaryIO, name: str, basket: Basket, nested: bool = False) -> None:
    """Fill the basket from a zip or tar, or from those in it if it holds nothing else; raises IntakeError."""
    sort = "tar" if is_tar(file) else "zip"
    if sort == "zip":
        _refuse_others(file, name)
    try:
        inner = read_tar(file, basket) if sort == "tar" else _read_zip(file, basket, nested)
        alone = not basket.contents
        if inner and not alone:
            basket.leave(name for name, _ in inner)
        for inner_name, data in inner[:MOST_INNER]:
            if nested:
                basket.note(f"{inner_name}: an archive in an archive in an archive is not opened: pack once")
            elif alone:
                _read_inner(data, inner_name, basket)
    except Exception as error:  # zipfile stumbles over hostile tables in a dozen ways, IndexError among them
        raise IntakeError(f"{name} is not a {sort}, or is damaged or cut off: {shown(str(error))}") from error


def _refuse_others(file: BinaryIO, name: str) -> None:
    """Raise IntakeError for a file that is empty, or that something else is known to begin like."""
    head = file.read(32)
    file.seek(0)
    if not head:
        raise IntakeError(f"{name} is empty (0 bytes)")
    words = what_is(head)
    papers = (name,) if words and not words.startswith(POINTER) else ()  # a person can open it
    if words := words or ("a notebook (.ipynb)" if head.lstrip().startswith(b"{") else ""):
        raise IntakeError(f"{name} is {words}, not a zip: pack the notebook and its files as .zip", papers)


def _read_zip(file: BinaryIO, basket: Basket, nested: bool) -> list[tuple[str, bytes]]:
    """Read the files of a zip into the basket, and the archives among them where it holds nothing else."""
    with zipfile.ZipFile(_Directory(file)) as archive:  # type: ignore[arg-type]  # it has all that is asked of a raw file
        inner = _read_members(archive, basket)
        unread = nested or bool(basket.contents)
        content = {
            name: b"" if unread else _inner(archive, info, name, basket) for info, name in inner[:MOST_INNER]
        }
    return [(name, data) for name, data in content.items() if data is not None]


def _inner(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, basket: Basket) -> bytes | None:
    try:
        with archive.open(info) as stream:
            return basket.archive(name, stream)
    except Exception as error:
        basket.note(f"{name}: it can't be read ({shown(str(error))})")
        return None


def _read_members(archive: zipfile.ZipFile, basket: Basket) -> list[tuple[zipfile.ZipInfo, str]]:
    """Read the files of one archive into the basket and return the archives among them."""
    inner = []
    for info in archive.infolist():
        if basket.full():
            break
        if info.is_dir() or (name := basket.name(_named(info))) is None or _refused(info, name, basket):
            continue
        if kind(name) == "archive":
            inner.append((info, name))
            continue
        try:
            with archive.open(info) as stream:
                basket.add(name, stream)
        except Exception as error:
            basket.note(f"{name}: damaged in the archive, it can't be read ({shown(str(error))})")
    return inner


def _named(info: zipfile.ZipInfo) -> str:
    """A member's name; where it isn't said how that is written, as UTF-8, Windows or MS-DOS has it."""
    if info.flag_bits & UTF8 or info.filename.isascii():
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            name = raw.decode(encoding)
            if encoding == "utf-8" or _letters(name) > _letters(info.filename):
                return name
    return info.filename


def _letters(name: str) -> int:
    return sum(char.isalpha() for char in name)


def _read_inner(data: bytes, name: str, basket: Basket) -> None:
    basket.note(f"{name}: this archive inside the archive was opened")
    try:
        read_archive(io.BytesIO(data), name, basket, nested=True)
    except IntakeError as error:
        basket.papers.extend(error.papers)
        basket.note(f"{name}: it can't be read ({shown(str(error))})")


def _refused(info: zipfile.ZipInfo, name: str, basket: Basket) -> bool:
    """Whether a member is of a sort that isn't read; the basket notes why."""
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        why = "a link or special file, it was not followed"
    elif info.flag_bits & 1:
        why = "encrypted, it can't be read; hand it in without a password"
    elif info.compress_type not in METHODS:
        why = f"packed in an unusual way (method {info.compress_type}), it can't be read"
    elif info.file_size > max(BOMB_SIZE, BOMB_RATIO * info.compress_size):
        why = f"blows up more than {BOMB_RATIO} times when unpacked, it was not read"
    else:
        return False
    basket.note(f"{name}: {why}")
    return True
