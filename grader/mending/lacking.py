"""What stops code here and is no fault of it: a library, a file or a network that is not there."""

from __future__ import annotations

import ast
import re

from grader.diagnosis.causes import because
from grader.mending import libraries
from grader.mending.trouble import Trouble, chunks_at, on_line
from grader.records.reason import Reason
from grader.records.submission import Slice

NO_NETWORK = re.compile(r"(?i)name resolution|network is unreachable|urlopen error|max retries exceeded")
NO_FILE = re.compile(
    r"""(?:No such file or directory: (?:'([^']+)'|"([^"]+)")(?: -> .+)?|(\S+) not found\.)$"""
)

FOLDERS = {
    ("listdir", "scandir", "iterdir", "walk", "ImageFolder"): "lists",
    ("chdir",): "goes to",
}
DEEDS = {
    **FOLDERS,
    (
        "save",
        "savefig",
        "dump",
        "to_csv",
        "write_text",
        "write_bytes",
        "savez",
        "savetxt",
        "mkdir",
    ): "writes to",
    ("rename", "move", "replace"): "moves",
    ("remove", "unlink", "rmdir", "rmtree"): "removes",
    ("copy", "copyfile", "copy2", "copytree"): "copies",
    ("stat", "getsize", "getmtime"): "looks at",
}  # by the names of calls; what calls none of them opens a file
NOWHERE = Slice()


def lacking(trouble: Trouble, slice: Slice) -> Reason | None:
    """What isn't there, for a person to look at; None for other troubles."""
    if library := _library(trouble, slice):
        help = f"Where it is a library: pip install {library}, then grade again; else a file is missing."
        return because("code.library", help=help, place=trouble.place, library=library)
    return outside(trouble, slice)


def outside(trouble: Trouble, slice: Slice = NOWHERE) -> Reason | None:
    """The file or the download that isn't there; None for other troubles."""
    told = f"{trouble.kind}: {trouble.message}"
    if NO_NETWORK.search(trouble.message) or "/torch/hub" in trouble.message:
        help = "Look at what is downloaded; put it beside the notebook, if it is small, and grade again."
        return because("code.download", help=help, place=trouble.place, actual=told)
    found = NO_FILE.search(trouble.message) if trouble.kind in ("FileNotFoundError", "OSError") else None
    if not found:
        return None
    file = next(filter(None, found.groups()))
    does = _deed(trouble, slice)
    what = "folder" if does in FOLDERS.values() else "file"
    help = f"Ask for the {what}, put it beside the notebook, and grade again; or give the points by hand."
    return because("code.file", help=help, place=trouble.place, actual=told, file=file, does=does)


def _deed(trouble: Trouble, slice: Slice) -> str:
    """What the code does with a file that isn't there, by the calls on its line."""
    chunks = chunks_at(slice, trouble.place)
    nodes = [node for _, chunk in chunks for node in on_line(trouble, chunk) if isinstance(node, ast.Call)]
    called = [getattr(node.func, "attr", getattr(node.func, "id", "")) for node in nodes]
    deeds = (deed for words, deed in DEEDS.items() for name in called if name in words)
    return next(deeds, "opens")


def _library(trouble: Trouble, slice: Slice) -> str:
    """The library that isn't installed here though a submission needs it; "" for other troubles."""
    if trouble.kind != "ModuleNotFoundError" or not trouble.names:
        return ""
    top = trouble.names[0].split(".")[0]
    own = {name.split(".")[0] for each in slice.modules for name in (each.name, each.package)}
    return "" if libraries.is_there(top) or top in own else top
