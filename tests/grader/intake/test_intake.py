"""Whatever is handed in, reading it ends in a submission: with a slice, or with a problem in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.notebook import base, to_ipynb
from grader.intake import read
from tests.grader.intake.a_submission import cell, folder, ipynb, zipped
from tests.share import examples

ANY_FOLDER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(150)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OUTPUTS = st.lists(
    JSON
    | st.fixed_dictionaries(
        {"output_type": st.sampled_from(["stream", "display_data"])},
        optional={"text": JSON, "data": JSON | st.fixed_dictionaries({"image/png": JSON})},
    ),
    max_size=3,
)
CELLS = st.lists(
    JSON
    | st.fixed_dictionaries(
        {
            "cell_type": st.sampled_from(["code", "markdown"]) | JSON,
            "source": JSON | st.text(alphabet="class FCN8s:()%\n=.", max_size=60),
        },
        optional={"outputs": OUTPUTS | JSON, "execution_count": JSON},
    ),
    max_size=4,
)


def test_the_correct_notebook_is_read_whole(tmp_path: Path) -> None:
    """All targets, the last cell, no notes."""
    path = tmp_path / "alice.ipynb"
    path.write_text(to_ipynb(base()))
    submission = read(path)

    assert set(submission.slice.targets) == {"FCN32s", "FCN8s", "get_cls_pred", "returnCAM"}
    assert submission.slice.cam_cell[-1].source.startswith("for ")
    assert submission.notes == ()
    assert (submission.name, submission.source, submission.problem) == ("alice", "alice.ipynb", "")


def test_every_chunk_can_be_quoted(tmp_path: Path) -> None:
    """Its label has a text, and its first line stands there."""
    path = tmp_path / "alice.ipynb"
    path.write_text(to_ipynb(base()))
    submission = read(path)

    parts = submission.slice
    chunks = [*parts.modules[0].chunks, *parts.cam_cell, *parts.weight_fc]
    assert len(chunks) > 10
    for chunk in chunks:
        line = submission.texts[chunk.label].split("\n")[chunk.line - 1]
        assert chunk.source.split("\n")[0].split()[0] in line


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.ipynb", b"\x89PNG\r\n\x1a\n\x00", "a.ipynb is no valid JSON"),
        ("a.ipynb", ipynb("x = 1")[:60], "it may be cut off"),
        ("a.ipynb", b"[1]", "no notebook"),
        ("a.ipynb", ipynb(), "a notebook without cells"),
        ("a.zip", zipped([]), "holds no notebook"),
        ("a.zip", zipped([("a.pdf", b"x")]), "it holds a.pdf"),
        ("a.zip", zipped([("../a.py", b"x")]), "leaves the submission's folder"),
        ("a.txt", b"hello", "neither a notebook"),
    ],
)
def test_what_cannot_be_read_has_a_problem(name: str, data: bytes, problem: str, tmp_path: Path) -> None:
    """It says what is wrong; there is nothing to run."""
    (tmp_path / name).write_bytes(data)

    submission = read(tmp_path / name)

    assert problem in submission.problem
    assert submission.slice.modules == ()
    assert submission.name == "a"


def test_a_missing_path_has_a_problem(tmp_path: Path) -> None:
    """And a name."""
    assert read(tmp_path / "nobody").problem == "nobody can't be read: no such file or directory"


def test_what_to_type_is_a_path_unless_the_name_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the checkout, where it lies in it: there the command that a report shows is typed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ann.py").write_text("x = 1")

    assert read(Path("class/ann.py")).typed == str(tmp_path / "class" / "ann.py")
    monkeypatch.setattr("grader.intake.SUBMISSIONS", tmp_path / "class")
    assert read(Path("class/ann.py")).typed == ""
    monkeypatch.setattr("grader.intake.ROOT", tmp_path)
    (tmp_path / "ben.py").write_text("x = 1")
    assert read(Path("ben.py")).typed == "ben.py"


def test_no_target_is_no_problem(tmp_path: Path) -> None:
    """The questions may be answered still."""
    submission = read(
        folder(tmp_path / "s", {"a.ipynb": ipynb("x = 1", cell("Question 1\n\nYes.", "markdown"))})
    )

    assert (submission.problem, submission.slice.targets) == ("", {})
    assert len(submission.notes) == 4
    assert submission.saved.answers[0].text == "Yes."


def test_functions_that_copy_vgg_are_targets_too(tmp_path: Path) -> None:
    """Not those that train."""
    source = "from FCN.trainer import Trainer\ndef load_VGG(m, vgg16): pass\ndef train_vgg(m): Trainer(m)"

    assert set(read(folder(tmp_path / "s", {"a.ipynb": ipynb(source)})).slice.targets) == {"load_VGG"}


@ANY_FOLDER
@given(
    st.sampled_from(["a.ipynb", "a.zip", "a.py", "a.txt"]),
    st.binary(max_size=400) | st.text(max_size=200).map(str.encode),
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, name: str, data: bytes) -> None:
    """Never an exception."""
    (tmp_path / name).write_bytes(data)

    submission = read(tmp_path / name)

    assert submission.problem or submission.source == name


@ANY_FOLDER
@given(CELLS)
def test_any_json_in_the_place_of_cells_is_read(tmp_path: Path, cells: list[Any]) -> None:
    """And the result can be written as UTF-8."""
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))

    repr(read(tmp_path / "a.ipynb")).encode()


@ANY_FOLDER
@given(st.data())
def test_any_damage_to_an_archive_is_survived(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes flipped, removed or doubled anywhere."""
    archive = bytearray(zipped([("a.ipynb", ipynb("class FCN32s: pass")), ("b/c.py", b"x = 1")]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(archive) - 1))
        archive[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    (tmp_path / "a.zip").write_bytes(archive)

    submission = read(tmp_path / "a.zip")

    assert submission.problem or submission.source
