"""What code writes into small files, it finds there."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.intake.code import saving
from grader.intake.code.program import program
from grader.intake.code.statements import Source
from tests.grader.intake.a_submission import of_cells

READ = "class FCN32s:\n    def get(self): return json.load(open('cfg/net.json'))"
WRITTEN: dict[str, list[str]] = {  # cells that write the file, all of which are kept
    "in a block": ["with open('cfg/net.json', 'w') as f:\n    json.dump({}, f)"],
    "by a path": ["Path('cfg/net.json').write_text('{}')"],
    "by a path that is opened": ["with (Path('cfg') / 'net.json').open('w') as f:\n    f.write('{}')"],
    "under a name": ["FILE = 'cfg/net.json'", "with open(FILE, mode='wt') as f:\n    json.dump({}, f)"],
    "in statements of its own": ["f = open('cfg/net.json', 'w')", "json.dump({}, f)", "f.close()"],
    "where it is not there": ["if not os.path.exists('cfg/net.json'):\n    open('cfg/net.json', 'w').write('{}')"],
    "by a function": ["def save(path, value):\n    with open(path, 'w') as f:\n        json.dump(value, f)", "save('cfg/net.json', {})"],
    "by a function that knows the name": ["def save():\n    open('cfg/net.json', 'w').write('{}')", "save()"],
    "with its folder": ["os.makedirs('cfg', exist_ok=True)", "open('cfg/net.json', 'w').write('{}')"],
}  # fmt: skip


@pytest.mark.parametrize("how", WRITTEN)
def test_what_writes_a_file_is_kept_with_what_reads_it(how: str, tmp_path: Path) -> None:
    """And other files are not written."""
    other = "open('log.json', 'w').write('{}')"
    submission = of_cells(tmp_path, "import json, os", *WRITTEN[how], other, READ)

    (module,) = submission.slice.modules
    kept = [chunk.source for chunk in module.chunks]
    assert set(WRITTEN[how]) <= set(kept)
    assert other not in kept


@pytest.mark.parametrize(
    "cell",
    [
        "open('cfg/net.json').read()",
        "json.dump({}, open('cfg/net.json', 'r+'))",
        "torch.save(model.state_dict(), 'cfg/net.pth')",
        "open('cfg/net.json', 'w').write(input())",
    ],
)
def test_what_writes_nothing_small_is_not_kept(cell: str, tmp_path: Path) -> None:
    """Nor what no slice runs."""
    submission = of_cells(tmp_path, "import json, torch", cell, READ)

    (module,) = submission.slice.modules
    assert cell not in [chunk.source for chunk in module.chunks]


def test_the_names_of_imagenet_s_classes_are_there(tmp_path: Path) -> None:
    """A download would empty their file where there is no network."""
    write = "open('imagenet-simple-labels.json', 'w').write('[]')"
    read = "def get_cls_pred(x):\n    return json.load(open('imagenet-simple-labels.json'))"
    submission = of_cells(tmp_path, "import json", write, read)

    (module,) = submission.slice.modules
    assert write not in [chunk.source for chunk in module.chunks]


@pytest.mark.parametrize(
    "line", ["open('f{0}.json', 'w').write(open('f{1}.json').read())", "open('f0.json', 'w').write('{0}')"]
)
def test_many_writers_are_kept(line: str, tmp_path: Path) -> None:
    """Files made of each other, or one file written again and again: as many as a program may have."""
    lines = [line.format(number, number + 1) for number in range(1200)]
    submission = of_cells(tmp_path, "\n".join(lines), READ.replace("cfg/net", "f0"))

    (module,) = submission.slice.modules
    assert len(module.chunks) == len(lines) + 1


def test_a_long_function_that_writes_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is called."""
    looked: list[ast.AST] = []

    def writes(node: ast.AST) -> bool:
        looked.append(node)
        return False

    monkeypatch.setattr(saving, "_writes", writes)
    text = "def save():\n" + "    f()\n" * 100 + "save()\n" * 50

    saving.writers(program("main", (Source("cell 1", text),), lambda _: False))

    assert len(looked) < 500
