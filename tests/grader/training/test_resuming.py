"""Long runs that were cut off and go on, with a slim network in this process and in one that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grader.errors import WorkerBroke
from grader.training import kept, run
from grader.training.results import Run
from grader.training.resuming import Keeping
from grader.training.run import Setting, train
from grader.wall.answers import Reply
from grader.wall.verbs import Done, TrainResume, TrainState
from grader.worker.training import Session
from reference import trainer
from tests.grader.in_process import InProcess
from tests.grader.slim import SOURCE, edited
from tests.grader.training.test_run import PICTURES, PLAN, start

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SETTING = Setting("FCN8s", PLAN, seed=4, device=DEVICE, step_limit=30.0)
KEY = {"seed": 4}
SHAPES = {
    name: tuple(parameter.shape)
    for name, parameter in InProcess(SOURCE).world.targets["FCN8s"](n_class=12).named_parameters()
}


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the run after every epoch, and learn fast enough for its best state to change."""
    monkeypatch.setattr(run, "SPARSE", 0.0)
    monkeypatch.setattr(trainer, "LEARNING_RATE", 3e-3)


class Stored:
    """A student whose model is looked at before the run is over."""

    def __init__(self, source: str = SOURCE) -> None:
        self.inside = InProcess(source)
        self.values: dict[str, torch.Tensor] = {}

    def ask(self, request: Any, arrays: Any = None, *, seconds: float = 30.0) -> Reply[Any]:
        """Answer a request."""
        if type(request).__name__ == "TrainEnd":
            session = self.inside.world.state.training
            assert isinstance(session, Session)
            self.values = {name: value.clone() for name, value in session.model.state_dict().items()}
        return self.inside.ask(request, arrays, seconds=seconds)


def keeping(folder: Path, told: Callable[[str], None] = lambda words: None) -> Keeping:
    """Where the run of these tests is kept."""
    folder.mkdir(exist_ok=True)
    return Keeping(kept.Store(folder, KEY, told), SHAPES, DEVICE)


def figures(done: Run) -> object:
    """Everything of a run but its pace."""
    shown = [(one.image.tobytes(), one.truth.tobytes(), one.prediction.tobytes()) for one in done.shown]
    return repr((done.points, done.best, done.test, done.broke, shown))


def cut(step: int) -> Callable[[int, int, float], None]:
    """End the process's work, as Ctrl-C does, after so many steps."""

    def tell(done: int, total: int, loss: float) -> None:
        if done >= step:
            raise KeyboardInterrupt

    return tell


@pytest.mark.slow
@pytest.mark.parametrize("step", [4, 6, 10, 16])
def test_a_run_that_was_cut_off_ends_as_if_it_was_not(tmp_path: Path, step: int) -> None:
    """The same figures and, bit for bit, the same weights, wherever it was cut."""
    whole, first, second = Stored(), Stored(), Stored()
    expected = train(whole, SETTING, start(), PICTURES)

    with pytest.raises(KeyboardInterrupt):
        train(first, SETTING, start(), PICTURES, cut(step), keeping(tmp_path))
    done = train(second, SETTING, start(), PICTURES, keeping=keeping(tmp_path))

    assert figures(done) == figures(expected)
    assert whole.values.keys() == second.values.keys()
    assert all(torch.equal(value, second.values[name]) for name, value in whole.values.items())
    assert second.inside.asked.count("train_steps") == 6 - 2 * ((step - 1) // 6)


@pytest.mark.slow
def test_the_best_state_is_kept_with_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where later epochs are worse, the test is of the best one, also after the run was cut off."""
    ious = iter([0.1, 0.5, 0.2, 0.3, 0.1, 0.5, 0.2, 0.3])
    honest = run._Course.validate

    def validate(self: Any, epoch: int, claimed: float) -> Any:
        point, shown = honest(self, epoch, claimed)
        scores = replace(point.validation.scores, mean_iou=next(ious))
        return replace(point, validation=replace(point.validation, scores=scores)), shown

    monkeypatch.setattr(run._Course, "validate", validate)
    whole, second = Stored(), Stored()
    expected = train(whole, SETTING, start(), PICTURES)
    with pytest.raises(KeyboardInterrupt):
        train(Stored(), SETTING, start(), PICTURES, cut(16), keeping(tmp_path))

    done = train(second, SETTING, start(), PICTURES, keeping=keeping(tmp_path))

    assert done.best.epoch == expected.best.epoch == 1
    assert figures(done) == figures(expected)
    assert all(torch.equal(value, second.values[name]) for name, value in whole.values.items())


@pytest.mark.slow
def test_a_finished_run_is_not_made_again(tmp_path: Path) -> None:
    """While another network's run is under way, what this one came to is at hand, without its weights."""
    expected = train(InProcess(SOURCE), SETTING, start(), PICTURES, keeping=keeping(tmp_path))

    student = InProcess(SOURCE)
    done = train(student, SETTING, start(), PICTURES, keeping=keeping(tmp_path))

    assert figures(done) == figures(expected)
    assert student.asked == []
    state = keeping(tmp_path).store.read()
    assert state is not None
    assert {kind for kind, _ in state.pieces} == {"shown"}


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.grader.training import test_resuming as here
from grader.training import kept, run
run.SPARSE, here.trainer.LEARNING_RATE = 0.0, 3e-3
folder, name, left = sys.argv[1], sys.argv[2], int(sys.argv[3])

def counted(function):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return call

owner = {"save": kept.np, "rmtree": kept.shutil, "rename": Path}[name]
setattr(owner, name, counted(getattr(owner, name)))
here.train(
    here.InProcess(here.SOURCE), here.SETTING, here.start(), here.PICTURES,
    keeping=here.keeping(Path(folder)),
)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "call", "after"),
    [
        ("save", 1, None),
        ("rename", 1, None),
        ("save", 300, 1),
        ("rename", 2, 1),
        ("rmtree", 3, 2),  # of the first state, when the second has its name
        ("rename", 3, 2),
        ("rmtree", 5, 3),  # of the second, when the run is finished
    ],
)
def test_a_grader_that_is_killed_leaves_a_state_to_go_on_from(
    tmp_path: Path, name: str, call: int, after: int | None
) -> None:
    """Killed at a write, a rename or a removal: the next one goes on and ends as if nothing had been."""
    arguments = [sys.executable, "-c", KILLED, str(tmp_path), name, str(call)]
    killed = subprocess.run(arguments, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    told: list[str] = []

    student = InProcess(SOURCE)
    done = train(student, SETTING, start(), PICTURES, keeping=keeping(tmp_path, told.append))

    assert figures(done) == figures(train(InProcess(SOURCE), SETTING, start(), PICTURES))
    assert told == ([f"training goes on after epoch {after}"] if after in (1, 2) else [])
    assert student.asked.count("train_steps") == 2 * (3 - (after or 0))


class Short:
    """A student that hands out another state than its own."""

    def __init__(self, kind: str, given: np.ndarray | None) -> None:
        self.inside, self.kind, self.given = InProcess(SOURCE), kind, given

    def ask(self, request: Any, arrays: Any = None, *, seconds: float = 30.0) -> Reply[Any]:
        """Answer a request."""
        if isinstance(request, TrainState) and request.kind == self.kind:
            return Reply(Done(), {} if self.given is None else {"state": self.given})
        return self.inside.ask(request, arrays, seconds=seconds)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("value", None),
        ("value", np.zeros(3, np.float32)),
        ("first", np.zeros(3, np.float32)),
        ("clock", np.zeros(5, np.float32)),
        ("random", np.zeros(9, np.uint8)),
    ],
)
def test_what_is_no_state_is_not_kept(tmp_path: Path, kind: str, given: np.ndarray | None) -> None:
    """It is told, and the run goes on without."""
    told: list[str] = []

    done = train(Short(kind, given), SETTING, start(), PICTURES, cut(99), keeping(tmp_path, told.append))

    assert len(done.points) == 4
    assert len(told) == 2
    assert all(words.endswith("more to it than the parameters it was built with") for words in told)
    state = keeping(tmp_path).store.read()
    assert state is not None
    assert state.test is not None


@pytest.mark.slow
def test_a_model_that_keeps_more_than_parameters_begins_anew(tmp_path: Path) -> None:
    """Its buffers are no part of a state: it isn't kept at all rather than changed."""
    source = edited(("super().__init__()", 'super().__init__(); self.register_buffer("n", torch.zeros(1))'))
    with pytest.raises(KeyboardInterrupt):
        train(InProcess(source), SETTING, start(), PICTURES, cut(16), keeping(tmp_path))

    assert keeping(tmp_path).store.read() is None


@pytest.mark.slow
def test_a_state_that_can_not_be_taken_back_is_dropped(tmp_path: Path) -> None:
    """It would fail again at every start."""
    with pytest.raises(KeyboardInterrupt):
        train(InProcess(SOURCE), SETTING, start(), PICTURES, cut(10), keeping(tmp_path))

    class Refusing(InProcess):
        def ask(self, request: Any, *args: Any, **kwargs: Any) -> Reply[Any]:
            if isinstance(request, TrainResume):
                raise WorkerBroke("no such piece")
            return super().ask(request, *args, **kwargs)

    with pytest.raises(WorkerBroke):
        train(Refusing(SOURCE), SETTING, start(), PICTURES, keeping=keeping(tmp_path))

    assert keeping(tmp_path).store.read() is None
