"""What cells write is there to import and to read."""

from __future__ import annotations

from grader.intake.code.statements import Source
from grader.intake.code.written import code, data
from grader.intake.files.basket import LARGEST_DATA, MOST_DATA

BOOK = [
    (
        "hw/a.ipynb",
        [Source("cell 1", "%%writefile nets.py\nx = 1"), Source("cell 2", "%%file -a nets.py\ny = 2")],
    ),
    (
        "hw/b.ipynb",
        [Source("cell 1", "%%writefile n.yaml\nx: 1"), Source("cell 2", "%%file -a n.yaml\ny: 2")],
    ),
]


def test_code_is_written_beside_its_notebook() -> None:
    """A second cell may add to what the first wrote, or to a file that was handed in."""
    files = {"hw/nets.py": (Source("nets.py", "z = 0"),)}

    assert [each.label for each in code(BOOK, files)["hw/nets.py"]] == ["cell 1", "cell 2"]
    added = [("hw/a.ipynb", BOOK[0][1][1:])]
    assert [each.label for each in code(added, files)["hw/nets.py"]] == ["nets.py", "cell 2"]


def test_data_is_written_without_the_lines_above_it() -> None:
    """Within limits of size and number; what isn't text that code reads is left."""
    assert data(BOOK) == {"hw/n.yaml": b"x: 1\ny: 2\n"}
    large = [("a.ipynb", [Source("cell 1", f"%%writefile n.txt\n{'x' * LARGEST_DATA}")])]
    many = [("a.ipynb", [Source(f"{n}", f"%%writefile {n}.txt\nx") for n in range(MOST_DATA + 5)])]
    assert (data(large), len(data(many))) == ({}, MOST_DATA)
    assert data([("a.ipynb", [Source("cell 1", "%%writefile a.pth\nx")])]) == {}
