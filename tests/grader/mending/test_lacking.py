"""What is not there where code runs is no fault of the code."""

from __future__ import annotations

import pytest

from grader.mending.lacking import lacking, outside
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

MISSING: dict[str, tuple[str, str, str]] = {  # kind, message, what is said
    "a file": (
        "FileNotFoundError",
        "[Errno 2] No such file or directory: '../config.yaml'",
        "../config.yaml was not handed in",
    ),
    "a file with a quote in its name": (
        "FileNotFoundError",
        '[Errno 2] No such file or directory: "it\'s.json"',
        "it's.json was not handed in",
    ),
    "a file that is copied": (
        "FileNotFoundError",
        "[Errno 2] No such file or directory: 'a.json' -> 'b.json'",
        "a.json was not handed in",
    ),
    "a file of numbers": (
        "FileNotFoundError",
        "cfg/depths.txt not found.",
        "cfg/depths.txt was not handed in",
    ),
    "a download": (
        "URLError",
        "<urlopen error [Errno -3] Temporary failure in name resolution>",
        "downloads something",
    ),
    "a repository": (
        "FileNotFoundError",
        "[Errno 2] No such file or directory: '/root/.cache/torch/hub/trusted_list'",
        "downloads something",
    ),
    "a library": ("ModuleNotFoundError", "No module named 'rareplots.core'", "rareplots is not installed"),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_missing_is_named(what: str) -> None:
    """For a person to look at."""
    kind, message, said = MISSING[what]

    reason = lacking(Trouble(kind, message, None), Slice())

    assert reason is not None and said in reason.text


@pytest.mark.parametrize(
    ("line", "does"),
    [
        ("names = os.listdir('data')", "lists it"),
        ("names = sorted(Path('data').iterdir())", "lists it"),
        ("os.chdir('data')", "goes to it"),
        ("shutil.copy('data', 'here')", "copies it"),
        ("np.save('data', x)", "writes to it"),
        ("x = np.loadtxt('data')", "opens it"),
    ],
)
def test_what_the_code_does_with_a_missing_file_is_true(line: str, does: str) -> None:
    """It lists a folder, or writes to it: not everything is opened."""
    slice = Slice((Module("submission", (Chunk("cell 1", 3, line),)),))
    message = "[Errno 2] No such file or directory: 'data'"

    reason = lacking(Trouble("FileNotFoundError", message, Place("cell 1", 3)), slice)

    assert reason is not None and reason.text == f"data was not handed in, and the submission's code {does}"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("ModuleNotFoundError", "No module named 'models.vgg'"),  # of a folder that is there
        ("ModuleNotFoundError", "No module named 'torch.vision'"),
        ("NameError", "name 'cfg' is not defined"),
        ("KeyError", "'net.json not found.'"),
    ],
)
def test_other_troubles_lack_nothing(kind: str, message: str) -> None:
    """They are the code's own."""
    slice = Slice(modules=(Module("models.fcn", ()),))
    assert lacking(Trouble(kind, message, None), slice) is None
    assert outside(Trouble(kind, message, None)) is None
