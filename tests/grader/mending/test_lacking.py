"""What is not there where code runs is no fault of the code."""

from __future__ import annotations

import pytest

from grader.mending.lacking import brought, lacking, outside
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Dropped, Module, Slice

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
    "a library that pandas can use": (
        "ImportError",
        "`Import rareplots` failed.  Use pip, conda, or your preferred tool to install it.",
        "rareplots is not installed",
    ),
    "a library that an older pandas can use": (
        "ImportError",
        "Missing optional dependency 'rareplots'.  Use pip or conda to install rareplots.",
        "rareplots is not installed",
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


@pytest.mark.parametrize(
    "line", ["def weigh(f, w):", "async def weigh(f):", "class weigh:", "weigh = lambda f: f"]
)
@pytest.mark.parametrize("why", ["nested too deeply", "below more code than is read (3000 statements)"])
def test_what_is_not_read_is_no_fault(line: str, why: str) -> None:
    """A person reads it, where it is that which a name lacks."""
    trouble = Trouble("NameError", "name 'weigh' is not defined", Place("cell 3", 7))

    reason = lacking(trouble, Slice(dropped=(Dropped("cell 2", 1, line, why),)))

    assert reason is not None and why in reason.text
    assert reason.place == Place("cell 2", 1, line)


@pytest.mark.parametrize(
    "dropped",
    [
        Dropped("cell 2", 1, "def weigh(f, w):", "not needed"),
        Dropped("cell 2", 1, "def weigh(f, w):", "does not parse: invalid syntax (line 1)"),
        Dropped("cell 2", 1, "def weighs(f, w):", "nested too deeply"),
        Dropped("cell 2", 1, "weigh == 3", "nested too deeply"),
    ],
)
def test_what_is_wrong_itself_is_read(dropped: Dropped) -> None:
    """Code that binds nothing of that name, or isn't Python."""
    trouble = Trouble("NameError", "name 'weigh' is not defined", Place("cell 3", 7))

    assert lacking(trouble, Slice(dropped=(dropped,))) is None


STAR = Module("submission", (Chunk("cell 2", 1, "from utils import *"),))


def test_a_file_of_a_package_that_is_missing_may_bring_a_name() -> None:
    """Where one of that name is there, it was looked into."""
    star = Module("nets", (Chunk("nets/__init__.py", 1, "from .fcn import *"),))

    reason = brought(Slice((star,)))

    assert reason is not None and reason.text.startswith("fcn is not installed")
    assert brought(Slice((star, Module("nets.fcn", ())))) is None


@pytest.mark.parametrize(("prefix", "does"), [("run", "runs"), ("file", "imports")])
def test_a_script_that_is_run_and_missing_may_bring_a_name(prefix: str, does: str) -> None:
    """It is told by its file's name."""
    run = Module("submission", (Chunk("cell 2", 1, f"from {prefix}_my_nets_py import *"),))
    trouble = Trouble("ModuleNotFoundError", f"No module named '{prefix}_my_nets_py'", None)

    for reason in (brought(Slice((run,))), lacking(trouble, Slice())):
        assert reason is not None
        assert reason.text == f"my_nets.py was not handed in, and the submission's code {does} it"


def test_a_name_that_nothing_binds_may_be_in_a_file_that_is_missing() -> None:
    """The import may be what the name is missing, so nobody knows whether the code is wrong."""
    reason, trouble = brought(Slice((STAR,))), Trouble("NameError", "name 'weigh' is not defined", None)

    assert reason is not None and reason.text.startswith("utils is not installed")
    assert reason.place == Place("cell 2", 1, "from utils import *")
    assert lacking(trouble, Slice((STAR,))) == reason


@pytest.mark.parametrize(
    "modules",
    [
        (STAR, Module("utils", ())),
        (Module("submission", (Chunk("cell 2", 1, "from numpy import *"),)),),
        (Module("submission", (Chunk("cell 2", 1, "from utils import weigh"),)),),
    ],
)
def test_what_is_there_lacks_nothing(modules: tuple[Module, ...]) -> None:
    """Files of the submission, libraries, and imports that name what they bring."""
    assert brought(Slice(modules)) is None
