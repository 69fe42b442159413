"""What a file tells, with the place of each thing."""

from __future__ import annotations

from pathlib import Path

from grader.marks.told import Told, in_csv, toml


def test_tables_of_toml_have_their_line(tmp_path: Path) -> None:
    """However their keys are written."""
    path = tmp_path / "m.toml"
    path.write_text("a.b.c = 1\n\n  [a.'d e'.f] # x\npoints = 1\n[\"x.y\".g.h]\n")

    assert list(toml(path)) == [
        Told(f"{path}, line 1", "a", "b", {"c": 1}),
        Told(f"{path}, line 3", "a", "d e.f", {"points": 1}),
        Told(f"{path}, line 5", "x.y", "g.h", {}),
    ]


def test_keys_can_be_left_out(tmp_path: Path) -> None:
    """By a file that stands in a submission's own folder."""
    path = tmp_path / "m.toml"
    path.write_text("[cam.maps]\npoints = 1\n")

    assert list(toml(path, ("alice",))) == [Told(f"{path}, line 1", "alice", "cam.maps", {"points": 1})]


def test_rows_of_a_table_have_theirs(tmp_path: Path) -> None:
    """A cell may hold several lines; columns of the table's own are left aside."""
    path = tmp_path / "m.csv"
    path.write_text('submission,line,points,comment,mood\na,b,1,"x\ny",good\nc,d,,,bad\n')

    assert list(in_csv(path)) == [Told(f"{path}, line 3", "a", "b", {"points": 1.0, "comment": "x\ny"})]
