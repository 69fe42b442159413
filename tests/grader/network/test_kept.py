"""What one grading computed, the next of its class takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.network import kept
from grader.network.evaluate import Evaluator
from grader.network.graph import INPUT, Expr, conv, expr, leaf, relu
from grader.network.learning import Learner

SHAPE = (2, 3, 8, 9)
ROOT = relu(conv(INPUT, leaf("w", (4, 3, 3, 3)), None))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that this process shares with others."""
    kept.share(tmp_path)
    yield tmp_path
    kept.share(None)


class Refusing(Evaluator):
    """Computes nothing."""

    def _compute(self, node: Expr) -> torch.Tensor:
        raise AssertionError("it was computed again")


def test_a_value_is_computed_once() -> None:
    """Whoever needs it next gets the same one, and it counts against their budget as if computed."""
    first, second = Evaluator(7, SHAPE), Refusing(7, SHAPE)

    assert torch.equal(first(ROOT), second(ROOT))
    assert second.spent == first.spent > 0


def test_another_seed_input_or_expression_is_another_value(folder: Path) -> None:
    """Nothing is given for what it was not computed from."""
    for seed, shape, root in (
        (7, SHAPE, ROOT),
        (8, SHAPE, ROOT),
        (7, (1, 3, 8, 9), ROOT),
        (7, SHAPE, relu(ROOT)),
    ):
        Evaluator(seed, shape)(root)
    given = Evaluator(7, SHAPE)
    for value in (1.0, 2.0):
        name = given.give(np.full((4, 3, 3, 3), value, np.float32))
        given(conv(INPUT, leaf(name, (4, 3, 3, 3), "buffer"), None))

    assert len(list(folder.iterdir())) == 6


def test_an_output_that_was_taken_can_be_differentiated(folder: Path) -> None:
    """What led to it is computed then."""
    root = expr("dropout", ROOT, kind="dropout", rate=0.5)
    first = Learner(7, SHAPE, 11, 13)
    output, wanted = first(root).detach(), first.gradients(root)["w"]
    for file in folder.iterdir():
        with np.load(file) as archive:
            gradients = "w" in archive.files
        if gradients:
            file.unlink()
    second = Learner(7, SHAPE, 11, 13)
    kept.share(None)
    alone = Learner(7, SHAPE, 11, 13).gradients(root)["w"]
    kept.share(folder)

    assert torch.equal(wanted, alone)
    assert torch.equal(second(root).detach(), output)
    assert torch.equal(second.gradients(root)["w"], wanted)
    assert torch.equal(Learner(7, SHAPE, 11, 13).gradients(root)["w"], wanted)


def test_the_folder_has_a_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong networks are each their own; a value that is too large is not kept at all."""
    kept.share(folder, most=3)
    for number in range(5):
        kept.keep({"value": np.zeros(1)}, number)
    monkeypatch.setattr(kept, "LARGEST", 4)
    kept.keep({"value": np.zeros(1)}, "large")

    assert [kept.known(number) is not None for number in range(5)] == [True] * 3 + [False] * 2
    assert kept.known("large") is None


def test_what_can_not_be_read_is_computed(folder: Path) -> None:
    """A file that is cut short costs time alone."""
    wanted = Evaluator(7, SHAPE)(ROOT)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:40])

    assert torch.equal(Evaluator(7, SHAPE)(ROOT), wanted)


def test_alone_nothing_is_kept(folder: Path) -> None:
    """A single grading leaves no file."""
    kept.share(None)
    Evaluator(7, SHAPE)(ROOT)

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["file", "allow_pickle", "names", "a\0b", "../x", "\ud800", ""])
def test_values_may_have_any_name(name: str) -> None:
    """A parameter is called as its student calls it."""
    kept.keep({name: np.ones(2, np.float32), "other": np.zeros(3, np.float32)}, "of", name)

    found = kept.known("of", name)
    assert found is not None and list(found) == [name, "other"]
    assert found[name].tolist() == [1, 1]


def test_no_more_is_left_than_may_be(folder: Path) -> None:
    """What is there already is taken all the same."""
    Evaluator(7, SHAPE)(ROOT)
    kept.share(folder, most=1)
    Evaluator(8, SHAPE)(ROOT)

    assert len(list(folder.iterdir())) == 1
    assert torch.equal(Refusing(7, SHAPE)(ROOT), Evaluator(7, SHAPE)(ROOT))
