"""Lists of class names lie where code that downloads them looks."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from grader.worker.labels import form, put_labels

LABELS = ["tench", "goldfish", "king's shark"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worker's folder, with the kit's list."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/imagenet-simple-labels.json").write_text(json.dumps(LABELS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_form_holds_the_same_names() -> None:
    """As those who offer them write them."""
    assert json.loads(form("imagenet-simple-labels.json", LABELS)) == LABELS
    assert list(json.loads(form("labels.json", LABELS)).values()) == LABELS
    assert [name for _, name in json.loads(form("imagenet_class_index.json", LABELS)).values()] == LABELS
    assert form("imagenet_classes.txt", LABELS).split("\n") == LABELS
    assert ast.literal_eval(form("imagenet1000_clsidx_to_labels.txt", LABELS)) == dict(enumerate(LABELS))
    assert [line.split(" ", 1)[1] for line in form("synset_words.txt", LABELS).split("\n")] == LABELS


def test_what_code_names_is_put(home: Path) -> None:
    """By the end of an address, unless the submission has it; nothing else is."""
    (home / "imagenet_classes.txt").write_text("mine")
    put_labels(["get('https://x.org/a/labels.json')", "open('imagenet_classes.txt'); open('classes.txt')"])
    assert json.loads((home / "labels.json").read_text())["1"] == "goldfish"
    assert (home / "imagenet_classes.txt").read_text() == "mine"
    assert sorted(path.name for path in home.glob("*.*")) == ["imagenet_classes.txt", "labels.json"]


def test_without_the_kit_there_is_nothing_to_put(home: Path) -> None:
    """Code then finds what it finds."""
    (home / "files/imagenet-simple-labels.json").unlink()
    put_labels(["labels.json"])
    assert not (home / "labels.json").exists()
