"""Training in the worker, a few steps at a time."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
import torch

from grader.errors import StudentRaised
from grader.wall.verbs import TrainBegin, TrainBest, TrainEnd, TrainPictures, TrainPredict, TrainSteps
from grader.worker import training
from reference import facades, trainer
from tests.grader.in_process import InProcess
from tests.grader.slim import SOURCE, edited
from tests.layers import conv

Arguments = dict[str, Any]

RECIPE: Arguments = {
    "learning_rate": 1e-3,
    "weight_decay": 2e-5,
    "patience": 3,
    "min_learning_rate": 1e-10,
}
MODEL: Arguments = {
    "model": "FCN8s",
    "n_class": 12,
    "seed": 5,
    "device": "cpu",
    "bounds": {},
    "carried": {},
}


def begun(source: str = SOURCE, pictures: int = 3, **changes: Any) -> InProcess:
    """A student whose model is ready to take steps on a few pictures."""
    student = InProcess(source)
    student.ask(TrainBegin(**{**MODEL, **RECIPE, **changes}))
    student.ask(TrainPictures(), some(pictures))
    return student


def some(count: int, labels: bool = True) -> dict[str, np.ndarray]:
    """Pictures of two colours, the left half of class 1 and the right half of class 0."""
    rng = np.random.default_rng(0)
    label = np.zeros((24, 20), np.uint8)
    label[:, :10] = 1
    arrays: dict[str, np.ndarray] = {}
    for number in range(count):
        arrays[f"image/{number}"] = (rng.integers(0, 60, (24, 20, 3)) + 150 * label[..., None]).astype(
            np.uint8
        )
        if labels:
            arrays[f"label/{number}"] = label
    return arrays


def losses(student: InProcess, order: list[int], epoch_ends: bool = False) -> list[float]:
    """Take steps and return their losses."""
    taken: list[float] = student.ask(TrainSteps(tuple(order), epoch_ends)).arrays["losses"].tolist()
    return taken


def session(student: InProcess) -> training.Session:
    """The run under way."""
    under_way = student.world.state.training
    assert isinstance(under_way, training.Session)
    return under_way


def test_parameters_start_as_they_are_told() -> None:
    """Bounds draw, values set, and the rest is the constructor's."""
    bias = np.arange(12, dtype=np.float32)
    student = InProcess(SOURCE)
    bounds = {"conv1_1.weight": 0.5, "fc7.weight": 0.0}
    student.ask(TrainBegin(**{**MODEL, **RECIPE, "bounds": bounds}), {"value/score.bias": bias})
    model = session(student).model

    drawn = conv(model, "conv1_1").weight.detach().abs()
    assert 0.4 < drawn.max() <= 0.5
    assert drawn.mean() == pytest.approx(0.25, abs=0.06)
    assert not conv(model, "fc7").weight.any()
    assert torch.equal(model.state_dict()["score.bias"], torch.from_numpy(bias))
    assert conv(model, "conv1_2").weight.any()


def test_a_carry_passes_on_the_mean_of_a_kind() -> None:
    """In the middle of the kernel, from the channels that speak to those that are to; all else is zero."""
    student = InProcess(SOURCE)
    student.ask(TrainBegin(**{**MODEL, **RECIPE, "carried": {"conv3_2.weight": (3.0, 6, 4, 2)}}))
    weight = conv(session(student).model, "conv3_2").weight.detach()

    assert weight[0, :, 1, 1].tolist()[:6] == [1, 0, 1, 0, 1, 0]
    assert weight[3, :, 1, 1].tolist()[:6] == [0, 1, 0, 1, 0, 1]
    assert weight.sum() == pytest.approx(4 * 3)
    assert not weight[4:].any()


def test_the_same_seed_gives_the_same_losses() -> None:
    """Whatever was drawn before; another seed gives others."""
    first = losses(begun(), [0, 1, 2])
    torch.rand(7)
    again = losses(begun(), [0, 1, 2])
    other = losses(begun(seed=6), [0, 1, 2])

    assert first == again
    assert first != other


@pytest.mark.slow
def test_steps_are_those_of_the_course() -> None:
    """Taken in parts, they are the losses of the reference's own loop."""
    student = begun()
    model = InProcess(SOURCE).world.targets["FCN8s"](n_class=12)
    model.load_state_dict(session(student).model.state_dict())
    arrays = some(3)
    batches = [
        (facades.normalise(arrays[f"image/{n}"])[None], torch.from_numpy(arrays[f"label/{n}"])[None].long())
        for n in (2, 0, 1)
    ]
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, weight_decay=2e-5)
    torch.manual_seed(MODEL["seed"])  # for dropout
    expected = trainer.run_epoch(model, batches, optimizer)

    torch.manual_seed(MODEL["seed"])
    mean = np.mean(losses(student, [2, 0]) + losses(student, [1]))

    assert mean == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_training_lowers_the_loss() -> None:
    """On pictures that a colour tells apart."""
    student = begun()

    first, last = losses(student, [0, 1, 2]), [losses(student, [0, 1, 2]) for _ in range(12)][-1]

    assert np.mean(last) < 0.7 * np.mean(first)


def test_the_learning_rate_follows_the_loss_of_whole_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stepped by the mean loss of an epoch, however many requests that took."""
    student = begun(patience=1)
    seen: list[Any] = []
    schedule = session(student).schedule
    monkeypatch.setattr(schedule, "step", seen.append)

    parts = [
        losses(student, [0, 1]),
        losses(student, [2], epoch_ends=True),
        losses(student, [0], epoch_ends=True),
    ]

    assert seen == pytest.approx([np.mean(parts[0] + parts[1]), parts[2][0]])
    assert (schedule.patience, schedule.min_lrs, schedule.mode) == (1, [1e-10], "min")


def test_predictions_come_without_labels() -> None:
    """Classes of every pixel and log-probabilities of some, in eval mode, the same each time."""
    student = begun()
    arrays = some(2, labels=False)

    first, again = (student.ask(TrainPredict(2, 2 * 24 * 20), arrays).arrays for _ in range(2))

    assert first["class/1"].shape == (24, 20)
    assert first["class/1"].dtype == np.uint8
    assert first["log/1"].shape == (12, 12, 10)
    np.testing.assert_allclose(np.exp(first["log/1"]).sum(0), 1, atol=1e-5)
    np.testing.assert_array_equal(first["log/1"].argmax(0), first["class/1"][::2, ::2])
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_pictures_are_normalised_as_the_course_does() -> None:
    """The worker can't import the reference; it does the same."""
    image = some(1)["image/0"]

    expected = facades.normalise(image)

    assert torch.allclose(training.normalise(torch.from_numpy(image)), expected)


def test_the_best_state_can_be_brought_back() -> None:
    """After more steps, as it was kept."""
    student = begun()
    losses(student, [0])
    kept = {name: value.clone() for name, value in session(student).model.state_dict().items()}
    student.ask(TrainBest(keep=True))
    losses(student, [1, 2])
    changed = session(student).model.state_dict()
    assert not all(torch.equal(changed[name], value) for name, value in kept.items())

    student.ask(TrainBest(keep=False))

    back = session(student).model.state_dict()
    assert all(torch.equal(back[name], value) for name, value in kept.items())


def test_a_cut_graph_learns_nothing_and_raises_nothing() -> None:
    """It is for the figures to show."""
    student = begun(edited(("        h = self.upscore3(h)", "        h = self.upscore3(h).detach()")))
    before = {name: value.clone() for name, value in session(student).model.state_dict().items()}

    assert len(losses(student, [0, 1])) == 2
    assert all(
        torch.equal(session(student).model.state_dict()[name], value) for name, value in before.items()
    )


def test_an_output_of_another_size_is_named() -> None:
    """Before a loss is tried."""
    student = begun(
        edited(("31:31 + x.size(2), 31:31 + x.size(3)]", "31:31 + x.size(2), 31:30 + x.size(3)]"))
    )

    with pytest.raises(StudentRaised, match=r"WrongOutputError: \(1, 3, 24, 20\) in, \(1, 12, 24, 19\) out"):
        losses(student, [0])


def test_a_card_that_does_not_start_is_nobody_s_fault() -> None:
    """Of the machine's own lack no student is blamed."""
    # Which of them depends on what this build of PyTorch lacks; what a student is blamed for is none of them.
    with pytest.raises((RuntimeError, AssertionError, NotImplementedError)):
        begun(device="xpu:99")


def test_the_end_frees_the_model() -> None:
    """Half a gigabyte is not kept for nothing, and not until Python collects circles by itself."""
    student = begun()
    model = weakref.ref(session(student).model)
    gc.disable()
    try:
        student.ask(TrainEnd())
        assert student.world.state.training is None
        assert model() is None
    finally:
        gc.enable()
