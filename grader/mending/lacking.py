"""What stops code here and is no fault of it: a library, a file or a network that is missing, unread code."""

from __future__ import annotations

import ast
import re

from grader.diagnosis.causes import because
from grader.mending import libraries
from grader.mending.trouble import Trouble, chunks_at, on_line
from grader.records.reason import Place, Reason
from grader.records.submission import Slice

NO_NETWORK = re.compile(r"(?i)name resolution|network is unreachable|urlopen error|max retries exceeded")
NO_FILE = re.compile(
    r"""(?:No such file or directory: (?:'([^']+)'|"([^"]+)")(?: -> .+)?|(\S+) not found\.)$"""
)
WANTED = re.compile(r"(?:Missing optional dependency '|`?Import )(\w+)")  # by pandas, of libraries it can use

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
STAR = re.compile(r"from\s+(\.*\w[\w.]*)\s+import\s+\*")
SCRIPT = re.compile(r"(run|file)_(.+)_py")  # the name of a module that stands for a script, or its path
ASK = "Ask for the {}, put it beside the notebook, and grade again; or give the points by hand."
NOWHERE = Slice()


def unread(name: str, slice: Slice) -> Reason | None:
    """What binds a name, where it is more than the grader reads: for a person to look at; else None."""
    binds = re.compile(rf"(?:(?:async )?def |class )?{re.escape(name)}\b\s*(?:[(:\[]|=[^=])")
    for one in slice.dropped:
        if one.is_unread and binds.match(one.first_line):
            help = "Read it, and give the points by hand."
            place = Place(one.label, one.line, one.first_line)
            return because("code.unread", help=help, place=place, name=name, why=one.reason)
    return None


def brought(slice: Slice) -> Reason | None:
    """What may bring a name that nothing binds: a star import of a file that isn't there; else None."""
    for chunk in (chunk for module in slice.modules for chunk in module.chunks):
        star = STAR.match(chunk.source)
        if star and (missing := _missing(star[1], slice)):
            place = Place(chunk.label, chunk.line, chunk.source)
            return _uninstalled(missing, place)
    return None


def _missing(module: str, slice: Slice) -> str:
    """The module that an import names, if nothing has it; of a relative one the last name."""
    if module.startswith("."):
        last = module.rpartition(".")[2]
        return "" if last in {each.name.rpartition(".")[2] for each in slice.modules} else last
    top = module.split(".")[0]
    return "" if libraries.is_there(top) or top in _own(slice) else top


def lacking(trouble: Trouble, slice: Slice) -> Reason | None:
    """What isn't there, for a person to look at; None for other troubles."""
    if library := _library(trouble, slice):
        return _uninstalled(library, trouble.place)
    return (brought(slice) if trouble.kind == "NameError" else None) or outside(trouble, slice)


def _uninstalled(library: str, place: Place | None) -> Reason:
    """A library that isn't there, or a file that is run as a whole, or imported by its path."""
    if script := SCRIPT.fullmatch(library):
        does = "runs" if script[1] == "run" else "imports"
        return because("code.file", help=ASK.format("file"), place=place, file=f"{script[2]}.py", does=does)
    help = f"Where it is a library: pip install {library}, then grade again; else a file is missing."
    return because("code.library", help=help, place=place, library=library)


def outside(trouble: Trouble, slice: Slice = NOWHERE) -> Reason | None:
    """The file, the download or the unread code that isn't there; None for other troubles."""
    told = f"{trouble.kind}: {trouble.message}"
    if trouble.kind == "NameError" and trouble.names and (reason := unread(trouble.names[0], slice)):
        return reason
    if NO_NETWORK.search(trouble.message) or "/torch/hub" in trouble.message:
        help = "Look at what is downloaded; put it beside the notebook, if it is small, and grade again."
        return because("code.download", help=help, place=trouble.place, actual=told)
    found = NO_FILE.search(trouble.message) if trouble.kind in ("FileNotFoundError", "OSError") else None
    if not found:
        return None
    file = next(filter(None, found.groups()))
    does = _deed(trouble, slice)
    what = "folder" if does in FOLDERS.values() else "file"
    return because("code.file", help=ASK.format(what), place=trouble.place, actual=told, file=file, does=does)


def _deed(trouble: Trouble, slice: Slice) -> str:
    """What the code does with a file that isn't there, by the calls on its line."""
    chunks = chunks_at(slice, trouble.place)
    nodes = [node for _, chunk in chunks for node in on_line(trouble, chunk) if isinstance(node, ast.Call)]
    called = [getattr(node.func, "attr", getattr(node.func, "id", "")) for node in nodes]
    deeds = (deed for words, deed in DEEDS.items() for name in called if name in words)
    return next(deeds, "opens")


def _library(trouble: Trouble, slice: Slice) -> str:
    """The library that isn't installed here though a submission needs it; "" for other troubles."""
    wanted = WANTED.match(trouble.message) if trouble.kind == "ImportError" else None
    if not wanted and (trouble.kind != "ModuleNotFoundError" or not trouble.names):
        return ""
    top = wanted[1] if wanted else trouble.names[0].split(".")[0]
    return "" if libraries.is_there(top) or top in _own(slice) else top


def _own(slice: Slice) -> set[str]:
    return {name.split(".")[0] for each in slice.modules for name in (each.name, each.package)}
