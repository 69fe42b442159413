"""From a path to the notebooks and Python files in it, in memory; nothing is run, followed or written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from grader.errors import IntakeError
from grader.intake.files.archives import ZIP, read_archive, what_is
from grader.intake.files.basket import (
    DEPTH,
    KINDS,
    MOST_MEMBERS,
    Basket,
    is_junk,
    is_markdown,
    kind,
    shown,
)
from grader.intake.files.documents import is_run, shows_code
from grader.intake.files.opening import open_regular
from grader.intake.files.papers import for_a_person
from grader.intake.files.tars import is_tar

KIT_FOLDERS = ("FCN", "CAM")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a submission that we read, by their path in it; `others` names some of the rest."""

    contents: Mapping[str, bytes]
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    wrapper: str = ""  # the folders that everything stands in, with a slash
    archive: str = ""  # the zip or tar that everything is packed in
    texts: Mapping[str, bytes] = field(default_factory=dict)  # those that the profile wants
    data: Mapping[str, bytes] = field(default_factory=dict)  # those that code may read

    def lies(self, name: str) -> str:
        """The file that holds a file, from the submission's folder or from the folder it stands in."""
        return self.archive or f"{self.wrapper}{name}"

    @property
    def sha256(self) -> str:
        """The same for a folder, its zip and its zip with a wrapper folder."""
        texts = {PurePosixPath(name).name: data for name, data in self.texts.items()}
        digest = hashlib.sha256()
        for name, data in sorted({**self.data, **self.contents, **texts}.items()):
            digest.update(f"{len(name.encode())}:{name}{len(data)}:".encode())
            digest.update(data)
        return digest.hexdigest()


def name_of(path: Path) -> str:
    """What a submission is called: the name of its folder, or of its file without the ending."""
    name = path.absolute().name
    if not path.is_dir():
        name = next((name[: -len(end)] for end in sorted(KINDS) if name.lower().endswith(end)), path.stem)
    return shown(name) or "submission"


def unpack(path: Path, wanted: str = "") -> Files:
    """Read a folder, an archive, a notebook or a Python file; IntakeError where there is nothing to read.

    `wanted` is the name of a text file that is read too.
    """
    basket = Basket(wanted=wanted)
    try:
        if path.is_dir():
            _read_folder(path, basket)
        else:
            with open_regular(path) as file:
                _read_file(file, shown(path.name), basket)
    except OSError as error:
        raise IntakeError(f"{shown(path.name)} can't be read: {_reason(error)}") from error
    _take_documents(basket)
    if not basket.contents:
        papers = (*basket.papers, *for_a_person(basket.others))
        raise IntakeError(_nothing(shown(path.name), basket), papers)
    contents = _unwrapped(basket.contents)
    wrapper = next(iter(basket.contents)).removesuffix(next(iter(contents)))
    archive = _archive(path, basket)
    return Files(
        contents,
        tuple(basket.others),
        tuple(basket.notes),
        wrapper,
        archive,
        texts=dict(basket.texts),
        data={name.removeprefix(wrapper): data for name, data in _inner_last(basket.data, wrapper)},
    )


def _take_documents(basket: Basket) -> None:
    """Read Markdown as a notebook where it says that its code is run, or where there is nothing else.

    So is a notebook read that a browser saved as .json.
    """
    if "ipynb" not in map(kind, basket.contents):
        basket.contents |= {f"{name[:-5]}.ipynb.json": data for name, data in basket.renamed.items()}
    says = is_run if basket.contents else shows_code
    taken = [name for name, data in basket.data.items() if is_markdown(name) and says(data)]
    basket.contents |= {name: basket.data.pop(name) for name in taken}


def _inner_last(data: Mapping[str, bytes], wrapper: str) -> list[tuple[str, bytes]]:
    """Files with those last that count where another above the wrapping folders has the same name."""
    return sorted(data.items(), key=lambda each: each[0].startswith(wrapper))


def _archive(path: Path, basket: Basket) -> str:
    """The archive that was read; of several in a folder the first."""
    if path.is_dir():
        return basket.archives[0] if basket.archives else ""
    return "" if shown(path.name) in basket.contents else shown(path.name)


def _read_file(file: BinaryIO, name: str, basket: Basket) -> None:
    head = file.read(4)
    file.seek(0)
    if head == ZIP or kind(name) == "archive" or is_tar(file):
        read_archive(file, name, basket)
        return
    if not head:
        raise IntakeError(f"{name} is empty (0 bytes)")
    basket.add(name, file)
    if not (kind(name) or is_markdown(name) or basket.renamed or basket.notes):
        file.seek(0)
        words = what_is(file.read(512)) or "neither a notebook (.ipynb) nor Python (.py) nor a zip or tar"
        raise IntakeError(f"{name} is {words}: hand in the notebook, or a zip with it", for_a_person([name]))


# --- folders --------------------------------------------------------------------------------------


def _read_folder(root: Path, basket: Basket) -> None:
    archives: list[str] = []
    for relative in _walk(root, basket):
        if (name := basket.name(relative)) is None:
            continue
        if kind(name) == "archive":
            archives.append(relative)
        else:
            _read_one(root / relative, name, basket)
    if basket.contents and archives:
        basket.leave(archives)
        return
    for relative in archives[:4]:
        basket.archives.append(shown(relative))
        _read_one(root / relative, shown(relative), basket)


def _read_one(path: Path, name: str, basket: Basket) -> None:
    try:
        with open_regular(path, follow=False) as file:
            if kind(name) == "archive":
                basket.note(f"{name}: this archive inside the folder was opened")
                read_archive(file, name, basket)
            else:
                basket.add(name, file)
    except IntakeError as error:
        basket.papers.extend(error.papers)
        basket.note(f"{name}: {error}")
    except OSError as error:
        basket.note(f"{name}: {_reason(error)}")


def _walk(root: Path, basket: Basket) -> Iterator[str]:
    """The paths of files below a folder, sorted; links are noted and not followed."""
    stack = [""]
    while stack:
        folder = stack.pop()
        try:
            entries = sorted(islice(os.scandir(root / folder), MOST_MEMBERS), key=lambda entry: entry.name)
        except OSError as error:
            basket.note(f"{shown(folder)}: this folder can't be read: {_reason(error)}")
            continue
        below = []
        for entry in entries:
            relative = f"{folder}/{entry.name}" if folder else entry.name
            if basket.full():
                return
            if is_junk(entry.name):
                continue
            if entry.is_symlink():
                basket.note(f"{shown(relative)}: a link, it was not followed")
            elif entry.is_dir(follow_symlinks=False):
                if relative.count("/") < DEPTH - 1:
                    below.append(relative)
                else:
                    basket.note(f"{shown(relative, 60)} ...: more than {DEPTH} folders deep, it was not read")
            else:
                yield relative
        stack += reversed(below)


# --- words ----------------------------------------------------------------------------------------


def _unwrapped(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Without the folders that everything stands in."""
    split = {name: PurePosixPath(name).parts for name in contents}
    depth, paths = 0, list(split.values())
    while len({path[depth] for path in paths}) == 1 and min(map(len, paths)) > depth + 1:
        if paths[0][depth] in KIT_FOLDERS:
            break
        depth += 1
    return {"/".join(split[name][depth:]): data for name, data in contents.items()}


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _nothing(name: str, basket: Basket) -> str:
    if basket.notes:
        return f"nothing in {name} could be read: " + "; ".join(basket.notes[:3])
    holds = ", ".join(basket.others[:5]) or "nothing"
    return f"{name} holds no notebook (.ipynb) and no Python file (.py); it holds {holds}"
