"""What the grader needs of the machine around it, made where it is missing: called first, once."""

from __future__ import annotations

import atexit
import io
import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import util
from pathlib import Path

LONGEST_FOLDER = 60  # of 108 bytes that the address of a local socket may have; its name takes up to 40
NAMES = ("LOGNAME", "USER", "LNAME", "USERNAME")  # where getpass looks for the user's name


def prepare() -> None:
    """See to it that whatever is printed can be, and that libraries find a home, a name and a short path."""
    _print_anything()
    _have_a_home()
    _have_a_name()
    _have_a_short_folder()


def _print_anything() -> None:
    """A character that the terminal's encoding lacks is shown as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _have_a_home() -> None:
    """Without one, torch and matplotlib fail or write somewhere; this one goes with us."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = _folder(tempfile.gettempdir())


def _have_a_name() -> None:
    """In a container a user may be a number only; torch asks for the name of its cache."""
    if not any(os.environ.get(name) for name in NAMES):
        try:
            pwd.getpwuid(os.getuid())
        except KeyError:
            os.environ["LOGNAME"] = str(os.getuid())


def _have_a_short_folder() -> None:
    """The processes of a class meet at a socket, whose path may not be long; all else stays in TMPDIR."""
    if len(os.fsencode(tempfile.gettempdir())) <= LONGEST_FOLDER:
        return
    for place in _short_places():
        usual, tempfile.tempdir = tempfile.tempdir, place
        try:
            util.get_temp_dir()  # multiprocessing remembers it, and removes it in the end
            return
        except OSError:
            continue
        finally:
            tempfile.tempdir = usual


def _short_places() -> Iterator[str]:
    places = (os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp", "/dev/shm")
    return (place for place in places if place and len(os.fsencode(place)) <= LONGEST_FOLDER)


def _folder(place: str) -> str:
    """A new folder that is gone when we are."""
    made = tempfile.mkdtemp(prefix="grader-", dir=place)
    atexit.register(_remove, made, os.getpid())
    return made


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
