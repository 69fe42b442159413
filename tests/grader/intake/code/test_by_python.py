"""Files that Python writes from texts of the notebook are there to import, each line where it was."""

from __future__ import annotations

import pytest

from grader.intake.code.by_python import MOST, files
from grader.intake.code.statements import Source

TEXT = "'''\nx = 1\n'''"


@pytest.mark.parametrize(
    "code",
    [
        f"open('nets.py', 'w').write({TEXT})",
        f"with open('nets.py', 'w') as f, other() as g:\n    f.write({TEXT})",
        f"NETS = {TEXT}\nPath('nets.py').write_text(NETS.lstrip())",
        f"PATH = 'nets.py'\npathlib.Path(PATH).write_bytes(textwrap.dedent({TEXT}).encode())",
        f"with open('nets.py', mode='w') as f:\n    f.write({TEXT})",
    ],
)
def test_what_is_written_is_read(code: str) -> None:
    """By whatever call."""
    ((label, written),) = files([Source("cell 1", code)])

    line = next(number for number, row in enumerate(code.split("\n")) if "x = 1" in row)
    assert (label, written.file, written.appends) == ("cell 1", "nets.py", False)
    assert written.text.split("\n")[line] == "x = 1"


def test_more_is_written_at_the_end() -> None:
    """As the mode says; the text may stand in a cell above."""
    sources = [Source("cell 1", "T = 'y = 2'"), Source("cell 2", "open('n.py', 'a').write(T)")]

    ((label, written),) = files(sources)

    assert (label, written.text, written.appends) == ("cell 2", "y = 2", True)


@pytest.mark.parametrize(
    "code",
    [
        "print('x')",
        "f.write('x')",
        "open('a.py', 'w').write(text)",
        "open(path, 'w').write('x')",
        "socket('a').write('x')",
        "open('/etc/a.py', 'w').write('x')",
        "open('../a.py', 'w').write('x')",
    ],
)
def test_what_is_not_known_is_left(code: str) -> None:
    """Another object, text or path, one outside of the folder."""
    assert not list(files([Source("cell 1", code)]))


def test_only_so_many_files_are_read() -> None:
    """One text can be written again and again."""
    code = "T = 'x'\n" + "\n".join(f"open('{n}.py', 'w').write(T)" for n in range(MOST + 5))

    assert len(list(files([Source("cell 1", code)]))) == MOST
