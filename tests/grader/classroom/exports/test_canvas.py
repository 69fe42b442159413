"""Canvas's export: ids in file names, the newest file counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.exports import canvas
from tests.grader.classroom.test_handed_in import touch


def paths(folder: Path) -> dict[str, str]:
    return {one.name: one.path.name for one in canvas.read(folder, folder / "staging")}


def test_ids_stand_in_the_names(tmp_path: Path) -> None:
    """A late one's too, and it is kept that it is late."""
    touch(tmp_path, "doejane_1234_555_assignment3.zip", "roejohn_LATE_5_556_assignment3_2.ipynb")
    jane, john = canvas.read(tmp_path, tmp_path / "staging")

    assert (jane.name, jane.people[0].canvas_id, jane.late) == ("doejane_1234", "1234", False)
    assert (john.name, john.people[0].canvas_id, john.late) == ("roejohn_5", "5", True)


def test_anonymous_ones_are_told_apart(tmp_path: Path) -> None:
    """By Canvas's own word for each, which is no name and no id."""
    touch(tmp_path, "anon_Ab3dE_5678_a.ipynb", "anon_Ab3dE_5679_fcn.py", "LATE_anon_Zz9Yx_5680_a.ipynb")
    found = {one.name: one for one in canvas.read(tmp_path, tmp_path / "staging")}

    assert set(found) == {"anon_Ab3dE", "anon_Zz9Yx"}
    assert sorted(file.name for file in found["anon_Ab3dE"].path.iterdir()) == ["a.ipynb", "fcn.py"]
    assert found["anon_Zz9Yx"].late and not found["anon_Zz9Yx"].people[0].canvas_id


@pytest.mark.parametrize(
    ("files", "newest"),
    [
        (("998_assignment3.ipynb", "1005_assignment3.ipynb"), "1005_assignment3.ipynb"),
        (("2900_assignment3-1.ipynb", "2000_assignment3.ipynb"), "2900_assignment3-1.ipynb"),
        (("10_a-2.zip", "9_a-10.zip", "11_a-11.zip"), "11_a-11.zip"),
    ],
)
def test_the_newest_counts_and_it_is_said(tmp_path: Path, files: tuple[str, ...], newest: str) -> None:
    """Attachments count as numbers; -1 is the same file handed in again."""
    touch(tmp_path, *(f"lee_7_{name}" for name in files))
    (found,) = canvas.read(tmp_path, tmp_path / "staging")

    assert found.path.name == f"lee_7_{newest}"
    assert f"lee_7_{newest} counts" in found.remarks[0]


def test_a_name_that_ends_in_a_number_is_no_resubmission(tmp_path: Path) -> None:
    """Where there is no other of that name."""
    touch(tmp_path, "lee_7_1_part-1.py", "lee_7_2_other-2.py")
    (found,) = canvas.read(tmp_path, tmp_path / "staging")

    assert sorted(file.name for file in found.path.iterdir()) == ["other-2.py", "part-1.py"]
    assert found.remarks == ()


def test_loose_files_of_one_student_are_put_together(tmp_path: Path) -> None:
    """A notebook finds its module again under the name that it imports; a lone PDF is a submission too."""
    touch(tmp_path, "a_1_10_main.ipynb", "a_1_11_net.py", "a_1_12_report.pdf", "b_2_13_x.pdf", "c_3_1_x.zip")

    assert paths(tmp_path) == {"a_1": "a_1", "b_2": "b_2", "c_3": "c_3_1_x.zip"}
    files = sorted(file.name for file in (tmp_path / "staging" / "a_1").iterdir())
    assert files == ["main.ipynb", "net.py", "report.pdf"]


def test_modules_that_were_handed_in_again_keep_their_first_name(tmp_path: Path) -> None:
    """It is the one that the notebook imports."""
    touch(tmp_path, "a_1_10_main.ipynb", "a_1_11_net.py", "a_1_20_main-1.ipynb", "a_1_21_net-1.py")
    (found,) = canvas.read(tmp_path, tmp_path / "staging")

    assert {file.name: file.read_text() for file in found.path.iterdir()} == {
        "main.ipynb": "a_1_20_main-1.ipynb",
        "net.py": "a_1_21_net-1.py",
    }


def test_one_file_with_a_pdf_is_taken_as_it_is(tmp_path: Path) -> None:
    """Nothing to put together."""
    touch(tmp_path, "a_1_10_a.zip", "a_1_12_report.pdf")

    assert paths(tmp_path) == {"a_1": "a_1_10_a.zip"}


@pytest.mark.parametrize(
    ("names", "is_one"),
    [(("a.zip", "b.zip", "team_1_2_x.zip"), False), (("a_1_2_x.zip", "b_2_3_y.pdf", "n.txt"), True)],
)
def test_most_of_a_folder_must_look_like_it(tmp_path: Path, names: tuple[str, ...], is_one: bool) -> None:
    """A few such names make no export."""
    assert canvas.is_one(touch(tmp_path, *names)) is is_one


def test_one_student_is_one_whatever_canvas_calls_them(tmp_path: Path) -> None:
    """Two exports of different days in one folder; marks know them by the id."""
    touch(tmp_path, "doejane_7_10_a.ipynb", "roejane_7_12_a.ipynb", "roejane_8_11_a.ipynb")
    jane, other = canvas.read(tmp_path, tmp_path / "staging")

    assert (jane.name, jane.path.name, jane.subject) == ("roejane_7", "roejane_7_12_a.ipynb", "canvas 7")
    assert "doejane, roejane" in jane.remarks[0]
    assert (other.name, other.subject, other.remarks) == ("roejane_8", "canvas 8", ())


@pytest.mark.parametrize("odd", [".", ".."])
def test_a_name_that_is_no_file_s_costs_nobody_the_class(tmp_path: Path, odd: str) -> None:
    """A copy gets the whole name of what was handed in."""
    touch(tmp_path, "doejane_1_2_a.ipynb", "doejane_1_3_b.py", f"doejane_1_4_{odd}", "roe_5_6_a.ipynb")
    jane, roe = canvas.read(tmp_path, tmp_path / "staging")

    assert sorted(file.name for file in jane.path.iterdir()) == ["a.ipynb", "b.py", f"doejane_1_4_{odd}"]
    assert roe.path.name == "roe_5_6_a.ipynb"
