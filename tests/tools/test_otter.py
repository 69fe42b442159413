"""otter is given questions that the correct notebook answers, and both times are told beside each other."""

from __future__ import annotations

import doctest
import json
import runpy
from pathlib import Path

import pytest

from grader.clock import Spent
from tools.otter.__main__ import told
from tools.otter.questions import questions, write


def test_each_question_is_a_file_that_otter_reads(tmp_path: Path) -> None:
    """The notebook makes both models, which all questions of a network share."""
    notebook, tests = write(tmp_path)

    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert "FCN8s(n_class=12)" in "".join(cells[-1]["source"])
    read = {path.stem: runpy.run_path(str(path)) for path in tests.iterdir()}
    assert {name: file["test"]["name"] for name, file in read.items()} == {name: name for name in questions()}
    assert all(file["OK_FORMAT"] for file in read.values())


@pytest.mark.slow
def test_the_correct_notebook_answers_every_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time would be that of failing."""
    labels = tmp_path / "files" / "imagenet-simple-labels.json"
    labels.parent.mkdir()
    labels.write_text(json.dumps([str(index) for index in range(1000)]))
    monkeypatch.chdir(tmp_path)
    notebook, _ = write(tmp_path)
    made: dict[str, object] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        exec("".join(cell["source"]), made)

    failed = [name for name, text in questions().items() if _failures(text, made, name)]

    assert not failed


def _failures(text: str, made: dict[str, object], name: str) -> int:
    asked = doctest.DocTestParser().get_doctest(text, dict(made), name, None, 0)
    return doctest.DocTestRunner(verbose=False).run(asked).failed


def test_the_medians_and_their_ratio_are_told() -> None:
    assert told([Spent(2, 3), Spent(4, 5), Spent(9, 9)], [Spent(8, 10)]) == (
        f"A cold grading 4.0 s (5.0 s of a processor), otter-grader 8.0 s (10.0 s) for {len(questions())}"
        " questions: 0.50 of its time (0.50)."
    )
