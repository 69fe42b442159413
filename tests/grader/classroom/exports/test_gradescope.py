"""Gradescope's export brings its people."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grader.classroom.exports import gradescope
from grader.classroom.people import Person
from grader.errors import CallError
from tests.grader.classroom.test_handed_in import touch

METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '77'
    :email: jane@x.edu
  :created_at: 2026-11-20 10:00:00.000000000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
submission_12:
  :submitters:
  - :name: John Roe
    :sid:
    :email: john@x.edu
  - :name: Eve Poe
    :sid: '79'
    :email: eve@x.edu
"""


def test_people_come_from_the_metadata(tmp_path: Path) -> None:
    """Names, ids, mail and roles, also of groups; Ruby's types in it are no obstacle."""
    touch(tmp_path, "submission_11/a.ipynb", "submission_12/b.ipynb", "submission_13/c.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(METADATA)
    found = {one.name: one for one in gradescope.read(tmp_path, tmp_path / "out")}

    assert {name: one.people for name, one in found.items()} == {
        "submission_11": (Person("Jane Doe", sis_id="77", email="jane@x.edu"),),
        "submission_12": (
            Person("John Roe", email="john@x.edu"),
            Person("Eve Poe", sis_id="79", email="eve@x.edu"),
        ),
        "submission_13": (Person("submission_13"),),
    }
    assert found["submission_11"].at == "2026-11-20T10:00:00+00:00"
    assert found["submission_12"].subject == "79+john@x.edu"
    assert "nobody" in found["submission_13"].remarks[0]


def test_roles_are_read(tmp_path: Path) -> None:
    """Staff may try the assignment out."""
    touch(tmp_path, "submission_1/a.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(
        "submission_1: {submitters: [{name: Tim, role: Instructor}]}"
    )

    assert not next(gradescope.read(tmp_path, tmp_path)).people[0].is_student


@pytest.mark.parametrize(
    "text", ["a: [", "!!python/object/apply:os.system ['true']", "a: 0000-13-45 99:99:99"]
)
def test_metadata_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """It is read as data, never as objects."""
    touch(tmp_path, "submission_11/a.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(text)

    with pytest.raises(CallError, match="can't be read"):
        list(gradescope.read(tmp_path, tmp_path / "out"))


@pytest.mark.parametrize("text", ["", "[]", "submission_11: 3", "submission_11:\n  :submitters: 4"])
def test_metadata_of_another_shape_say_nobody(tmp_path: Path, text: str) -> None:
    """The submission is graded all the same."""
    touch(tmp_path, "submission_11/a.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(text)

    assert [one.people for one in gradescope.read(tmp_path, tmp_path)] == [(Person("submission_11"),)]


def test_metadata_are_read_by_the_fast_loader() -> None:
    """PyYAML's own takes ten seconds for four megabytes."""
    assert issubclass(gradescope._Loader, yaml.CSafeLoader)


def test_what_looks_like_a_number_is_text(tmp_path: Path) -> None:
    """YAML takes 00123 for 83 and No for nothing, where a person has taken the quotes away."""
    who = "{}:\n  :submitters:\n  - :name: {}\n    :sid: {}\n"
    touch(tmp_path, "submission_1/a.ipynb", "submission_2/a.ipynb")
    text = who.format("submission_1", "No", "00123") + who.format("submission_2", "Jo", "1e5")
    (tmp_path / "submission_metadata.yml").write_text(f"{text}  :late: true\n")
    one, other = gradescope.read(tmp_path, tmp_path / "out")

    assert (one.people, one.late) == ((Person("No", sis_id="00123"),), False)
    assert (other.people, other.late) == ((Person("Jo", sis_id="1e5"),), True)
