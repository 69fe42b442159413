from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgpack
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.worker import trace
from grader.worker.trace import Calm, Dropouts, Recorder, describe, record
from tests.grader.slim import SOURCE, Computes, record_of


def recorded(function: Callable[..., Any], device: str = "meta", **layers: nn.Module) -> dict[str, Any]:
    """What is written down of a function of a (1, 3, 4, 5) input."""
    model = Computes(function, **layers).to(device).eval()
    return record(model, torch.ones(1, 3, 4, 5, device=device), lambda: ("cell 1", 7))[0]


def names(written: dict[str, Any]) -> list[str]:
    """The operations in order."""
    return [call[0] for call in written["calls"]]


def test_a_call_is_a_row() -> None:
    """Name, arguments by number, named arguments, results with their shapes, and the line."""
    written = recorded(lambda x: torch.add(x, x, alpha=2))

    assert written["leaves"] == [[1, "input", "", [1, 3, 4, 5]]]
    assert written["calls"] == [
        ["aten.add.Tensor", [["t", 1], ["t", 1]], {"alpha": 2}, [[2, [1, 3, 4, 5]]], ("cell 1", 7)]
    ]
    assert (written["input"], written["output"]) == (1, 2)


def test_parameters_and_buffers_are_leaves_with_names() -> None:
    """What the model is made of is known by kind, name and shape before anything is called."""
    written = recorded(lambda x, one: one(x), one=nn.BatchNorm2d(3))

    assert [leaf[1:] for leaf in written["leaves"]] == [
        ["parameter", "layers.one.weight", [3]],
        ["parameter", "layers.one.bias", [3]],
        ["buffer", "layers.one.running_mean", [3]],
        ["buffer", "layers.one.running_var", [3]],
        ["buffer", "layers.one.num_batches_tracked", []],
        ["input", "", [1, 3, 4, 5]],
    ]


def test_a_tensor_of_nowhere_is_a_constant() -> None:
    """A tensor that was made before is a leaf of its own kind."""
    constant = torch.zeros(3, 1, 1, device="meta")

    assert recorded(lambda x: x + constant)["leaves"][-1][1:] == ["constant", "", [3, 1, 1]]


def test_a_sparse_tensor_is_a_leaf_too() -> None:
    """It has no memory that views could share."""
    constant = torch.eye(3).to_sparse()

    assert recorded(lambda x: x + constant.to_dense().sum(), "cpu")["leaves"][-1][1] == "constant"


def test_data_of_a_parameter_is_the_parameter() -> None:
    """A tensor that shows a parameter's memory is no constant of unknown origin."""
    written = recorded(lambda x, one: F.conv2d(x, one.weight.data), one=nn.Conv2d(3, 2, 1))

    assert "constant" not in {leaf[1] for leaf in written["leaves"]}
    shown = nn.Conv2d(3, 2, 1)
    kept = shown.weight.data
    assert "constant" not in {
        leaf[1] for leaf in recorded(lambda x, one: x + kept.sum(), "cpu", one=shown)["leaves"]
    }


def test_an_operation_in_place_makes_a_new_value() -> None:
    """A tensor changed in place has another number from then on."""
    written = recorded(lambda x: (y := x.clone()).relu_() + y)
    clone, relu, add = written["calls"]

    assert (clone[0], relu[0]) == ("aten.clone.default", "aten.relu_.default")
    assert relu[1] == [["t", clone[3][0][0]]]
    assert relu[3][0][0] != clone[3][0][0]
    assert add[1] == [["t", relu[3][0][0]]] * 2
    assert not written["aliased"]


def test_a_stale_view_is_noticed() -> None:
    """Using a view of something that was changed through another view makes the record unreadable."""

    def stale(x: Tensor) -> Tensor:
        y = x.clone()
        part = y[:, :1]
        y.add_(1)
        return part * 2

    assert recorded(stale)["aliased"]


def test_views_that_nobody_uses_again_are_no_harm() -> None:
    """A view that is changed and used itself is known."""

    def fresh(x: Tensor) -> Tensor:
        part = x.clone()[:, :1]
        part.add_(1)
        return part * 2

    assert not recorded(fresh)["aliased"]


def test_lists_and_dtypes_are_plain() -> None:
    """Lists are tagged, dtypes and devices are texts, numbers and None are themselves."""
    written = recorded(lambda x: torch.cat([x, x], 1).to(torch.float64))
    cat, cast = written["calls"]

    assert cat[1] == [["l", [["t", 1], ["t", 1]]], 1]
    assert cast[2]["dtype"] == ["x", "torch.float64"]


def test_random_operations_are_marked() -> None:
    """What draws numbers is known by its name."""
    written = recorded(lambda x: torch.rand_like(x) + torch.bernoulli(x))

    assert [name for name in names(written) if name.startswith("random.")] == [
        "random.aten.rand_like.default",
        "random.aten.bernoulli.default",
    ]


DROPOUTS: dict[str, tuple[Callable[[Tensor], Tensor], list[Any]]] = {
    "functional": (lambda x: F.dropout2d(x, 0.3), ["dropout2d", 0.3, True]),
    "off": (lambda x: F.dropout2d(x, 0.3, False), ["dropout2d", 0.3, False]),
    "default": (lambda x: F.dropout(x), ["dropout", 0.5, True]),
    "by name": (lambda x: F.dropout(input=x, training=False, p=0.1), ["dropout", 0.1, False]),
    "module in eval mode": (lambda x: nn.Dropout2d(0.2).eval()(x), ["dropout2d", 0.2, False]),
    "module in train mode": (lambda x: nn.Dropout2d(0.2)(x), ["dropout2d", 0.2, True]),
    "one dimension": (lambda x: F.dropout1d(x[0]), ["dropout1d", 0.5, True]),
    "three dimensions": (lambda x: F.dropout3d(x), ["dropout3d", 0.5, True]),
    "alpha": (lambda x: F.alpha_dropout(x, 0.4, True), ["alpha_dropout", 0.4, True]),
    "torch": (lambda x: torch.dropout(x, 0.6, True), ["dropout", 0.6, True]),
    "torch by name": (lambda x: torch.dropout(x, p=0.6, train=False), ["dropout", 0.6, False]),
    "feature": (lambda x: torch.feature_dropout(x, 0.7, True), ["dropout2d", 0.7, True]),
    "in place": (lambda x: F.dropout2d(x.clone(), inplace=True), ["dropout2d", 0.5, True]),
}


@pytest.mark.parametrize("name", DROPOUTS)
def test_every_dropout_is_told_and_drops_nothing(name: str) -> None:
    """Kind, rate and mode of a dropout are written down; its value is its input."""
    function, wanted = DROPOUTS[name]
    written = recorded(function)

    (row,) = written["dropouts"]
    assert row[1:4] == wanted
    assert row[4] == ("cell 1", 7)
    assert not any("dropout" in call for call in names(written))
    with Dropouts():
        assert torch.equal(function(torch.ones(1, 3, 4, 5)).flatten()[:20], torch.ones(20))


def test_calm_takes_the_chance_out() -> None:
    """Coins give ones, other random numbers zeros, so that both sides compute the same."""
    with Calm():  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
        assert torch.bernoulli(torch.full((4,), 0.5)).tolist() == [1.0] * 4
        assert torch.rand(4).tolist() == [0.0] * 4
        assert torch.randn(2, 2).sum() == 0
        assert torch.empty(3).normal_().tolist() == [0.0] * 3
        assert torch.ones(3).tolist() == [1.0] * 3
    assert torch.rand(4).sum() > 0


def test_endless_forward_passes_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record has a greatest length."""
    monkeypatch.setattr(trace, "MAX_CALLS", 50)

    def endless(x: Tensor) -> Tensor:
        while True:
            x = x + 1

    with pytest.raises(RuntimeError, match="more than 50 operations"):
        recorded(endless)


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (torch.zeros(1, 2), {"type": "Tensor", "shape": [1, 2], "dtype": "float32", "requires_grad": False}),
        (
            torch.zeros(1, dtype=torch.int64),
            {"type": "Tensor", "shape": [1], "dtype": "int64", "requires_grad": False},
        ),
        (
            torch.zeros(1, requires_grad=True),
            {"type": "Tensor", "shape": [1], "dtype": "float32", "requires_grad": True},
        ),
        ([1], {"type": "list", "shape": [], "dtype": "", "requires_grad": False}),
        (None, {"type": "NoneType", "shape": [], "dtype": "", "requires_grad": False}),
    ],
)
def test_an_output_is_described(output: object, wanted: dict[str, object]) -> None:
    """Type, shape, dtype and whether a gradient can flow."""
    assert describe(output) == wanted


def test_no_tensor_has_no_number() -> None:
    """A forward pass that returns something else has no output value."""
    assert recorded(lambda x: [x])["output"] is None


def test_numbers_are_not_reused() -> None:
    """A tensor that is gone keeps its number: another one at its address has its own."""
    written = recorded(lambda x: sum((x * float(n) for n in range(2, 40)), x), device="cpu")
    results = [result[0] for call in written["calls"] for result in call[3]]

    assert len(set(results)) == len(results)


def test_the_mode_is_written_down() -> None:
    """A record says whether the model was in train mode."""
    assert recorded(torch.relu)["training"] is False
    assert record_of(SOURCE, training=True)["training"] is True


def test_a_record_travels() -> None:
    """Everything that is written down is plain data."""
    written = record_of(SOURCE, training=True)

    assert msgpack.unpackb(msgpack.packb(written))["output"] == written["output"]


def test_a_recorder_knows_its_model_s_parameters_at_once() -> None:
    """Parameters have their numbers before the forward pass begins."""
    model = nn.Conv2d(3, 2, 1)
    recorder = Recorder(model, lambda: None)

    assert recorder.number(model.weight) == 1
    assert recorder.number(model.weight) == 1
    assert recorder.number(torch.zeros(1)) == 3
