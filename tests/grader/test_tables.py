"""Tables are read as Excel writes them, in every country."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import tables
from grader.errors import CallError

ROWS = [("Name", "SID"), ("José Núñez", "9101")]


def cells(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in tables.read(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("told", [False, True])
def test_every_way_of_excel_is_read(tmp_path: Path, encoding: str, delimiter: str, told: bool) -> None:
    """Encodings, separators, and the line that tells the separator."""
    path = tmp_path / "x.csv"
    text = "\r\n".join(delimiter.join(row) for row in ROWS) + "\r\n"
    path.write_bytes((f"sep={delimiter}\r\n{text}" if told else text).encode(encoding))

    assert cells(path) == ROWS


def test_utf_16_of_the_other_order_is_read(tmp_path: Path) -> None:
    """It says so itself."""
    (tmp_path / "x.csv").write_bytes("\ufeffa,b\n1,é\n".encode("utf-16-be"))

    assert cells(tmp_path / "x.csv") == [("a", "b"), ("1", "é")]


def test_a_separator_in_quotes_is_none(tmp_path: Path) -> None:
    """Doe, Jane; and rows are counted as an editor counts them."""
    (tmp_path / "x.csv").write_text('"a,b,c,d";e\n\n"x\ny";z\n')

    assert tables.read(tmp_path / "x.csv") == (
        tables.Line(1, ("a,b,c,d", "e")),
        tables.Line(4, ("x\ny", "z")),
    )


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\x00", b"a,b\n\x00\n"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    """A spreadsheet itself, say."""
    (tmp_path / "x.csv").write_bytes(content)

    with pytest.raises(CallError, match="can't be read"):
        tables.read(tmp_path / "x.csv")


def test_a_table_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    """A cell of a megabyte, say."""
    (tmp_path / "x.csv").write_text("a,b\n1," + "2" * 200_000)

    with pytest.raises(CallError, match=r"x\.csv, line 2"):
        tables.read(tmp_path / "x.csv")


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("=+-@';,\t\n\"")
)


@given(st.lists(st.lists(CELLS, min_size=2), min_size=1))
@pytest.mark.slow
def test_what_is_written_is_read_again_and_never_computed(rows: list[list[str]]) -> None:
    """Whatever stands in the cells."""
    text = tables.write(rows[0], rows[1:], marked=True)
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    assert [[tables._unguarded(cell) for cell in row] for row in read] == rows
    assert not any(cell.startswith(tables.FORMULA) for row in read for cell in row)


@pytest.mark.parametrize(
    "inside", ["Doe;=1+1", "a,b;=1", 'say "x";=1', "a\n=1", "a\t@x", "a\r=1", "a\r\n;-1"]
)
def test_no_part_of_a_cell_is_computed_either(inside: str) -> None:
    """Where a country separates by semicolons, a spreadsheet opens our commas so, and quotes hold nothing."""
    text = tables.write(["name", "score"], [["1.00", inside]])
    parts = [part for row in text.splitlines() for cell in csv.reader([row], delimiter=";") for part in cell]

    assert not any(part.strip().startswith(tables.FORMULA) for part in parts)


def test_what_is_no_text_is_written_out() -> None:
    """A table of ours can be read again, whatever somebody pasted into a comment."""
    text = tables.write(["comment"], [["a\x1b[2J\x00"]])

    assert tables.rows(text, "x")[1].cells == (r"a\x1b[2J\x00",)
    assert not tables.NO_TEXT.search(text)
