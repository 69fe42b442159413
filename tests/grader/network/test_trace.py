from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from grader.errors import ProtocolError
from grader.network.graph import INPUT, leaf, relu, walk
from grader.network.trace import Trace
from grader.records.reason import Place
from grader.wall.recording import MAX_CALLS
from grader.worker import trace as worker
from grader.worker.places import place_of_frame
from tests.grader.slim import SOURCE, Computes, edited, read_record, record_of, trace_of, traced
from tests.share import examples

NUMBERS = st.integers(-3, 60) | st.integers() | st.floats()
PLAIN = st.none() | st.booleans() | NUMBERS | st.text(max_size=12) | st.just("aten.slice.Tensor")
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(st.sampled_from(["t", "l", "x"]), inner).map(list)
        | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)


def small(x: torch.Tensor, conv: nn.Module, up: nn.Module) -> torch.Tensor:
    """A bit of everything that a record holds."""
    h = F.max_pool2d(F.relu(conv(F.pad(x, (1, 1, 1, 1)))), 2)
    h = up(F.dropout2d(h, 0.5)) + torch.rand_like(x[:, :, :1, :1])
    return torch.cat([h[:, :, 1:5, 1:5] * 0.5, h[:, :, :4, :4]], 1)


def record() -> dict[str, Any]:
    """A small record as it comes off the wire."""
    layers = {"conv": nn.Conv2d(3, 4, 3), "up": nn.ConvTranspose2d(4, 3, 4, stride=2)}
    sent: dict[str, Any] = wired(raw(small, **layers))
    return sent


def raw(function: Callable[..., Any], **layers: nn.Module) -> dict[str, Any]:
    """What the worker writes down of a function in train mode."""
    model = Computes(function, **layers).to("meta").train()
    return worker.record(model, torch.zeros(1, 3, 8, 8, device="meta"), place_of_frame)[0]


def wired(value: Any) -> Any:
    """What arrives of a value."""
    return msgpack.unpackb(msgpack.packb(value))


RECORD = record()


def test_a_record_is_read() -> None:
    """A trace says what came out, of which type and shape, and whether a gradient can flow."""
    trace = read_record(RECORD)

    assert (trace.type, trace.shape, trace.dtype, trace.requires_grad) == (
        "Tensor",
        (1, 6, 4, 4),
        "float32",
        True,
    )
    assert trace.output is not None and trace.output.op == "aten.cat.default"
    assert trace.readable
    assert trace.parameters == {
        "layers.conv.weight": (4, 3, 3, 3),
        "layers.conv.bias": (4,),
        "layers.up.weight": (4, 3, 4, 4),
        "layers.up.bias": (3,),
    }


def test_parameters_are_leaves_of_the_output() -> None:
    """The weights that a value was computed from stand below it, by name and shape."""
    output = read_record(RECORD).output
    assert output is not None

    assert leaf("layers.conv.weight", (4, 3, 3, 3)) in list(walk(output))
    assert INPUT in list(walk(output))


def test_dropouts_are_told_with_what_they_dropped() -> None:
    """A dropout has a kind, a rate, whether it is on, and the value that it was called on."""
    (dropout,) = read_record(RECORD).dropouts

    assert (dropout.kind, dropout.rate, dropout.active, dropout.on.op) == ("dropout2d", 0.5, True, "max_pool")


@pytest.mark.parametrize(
    "drop",
    [
        lambda h: F.dropout1d(h.flatten(2), 0.5).view_as(h),
        lambda h: F.dropout3d(h.unsqueeze(2), 0.5).squeeze(2),
        lambda h: F.dropout2d(h, 0.5),
    ],
)
def test_whole_channels_are_dropped_in_any_shape(drop: Callable[..., Any]) -> None:
    """Of the map whose pixels stand in a row, or in a volume."""
    (dropout,) = traced(lambda x: drop(F.relu(x))).dropouts

    assert (dropout.on, dropout.kind) == (relu(INPUT), "dropout2d")


@pytest.mark.parametrize(
    ("drop", "kind"),
    [
        (lambda h: F.dropout1d(h.flatten(2).mT, 0.5), "dropout1d"),
        (lambda h: F.dropout3d(h, 0.5), "dropout3d"),
        (lambda h: F.dropout(h.flatten(2), 0.5), "dropout"),
    ],
)
def test_what_else_is_dropped_is_no_channel(drop: Callable[..., Any], kind: str) -> None:
    """Positions; images of a batch that are taken for channels; single values."""
    (dropout,) = traced(lambda x: drop(F.relu(x))).dropouts

    assert dropout.kind == kind


def test_lines_that_draw_random_numbers_are_told() -> None:
    """Every call that draws numbers is listed with its line; other calls are not."""
    source = edited(("h = self.upscore(h)\n", "h = self.upscore(h)\n        h = h + torch.rand_like(h)\n"))
    line = next(n for n, text in enumerate(source.splitlines(), 1) if "torch.rand_like" in text)

    assert trace_of(source, "FCN32s").random == (Place("cell 1", line),)
    assert trace_of(SOURCE, "FCN32s").random == ()


def test_values_know_the_line_that_made_them() -> None:
    """A step carries the student's cell and line."""
    line = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if "19:19" in text)
    output = trace_of(SOURCE, "FCN32s").output

    assert output is not None and output.place == Place("cell 1", line)


@pytest.mark.parametrize("result", [None, [], {}, "a map", 3])
def test_what_is_no_tensor_is_no_output(result: object) -> None:
    """A model that returns something else has a type and no output."""
    trace = traced(lambda x: result)

    assert trace.output is None
    assert trace.type == type(result).__name__


def test_changing_a_view_in_place_makes_a_trace_unreadable() -> None:
    """Where a view of something changed is used again, the record no longer says what is computed."""

    def writes(x: torch.Tensor) -> torch.Tensor:
        h = x.clone()
        part = h[:, :, 1:]
        part.add_(1)
        return h

    assert not traced(writes).readable
    assert traced(lambda x: x.clone().relu_()).readable


def test_infinite_arguments_are_numbers() -> None:
    """A slice to the end or a clamp to infinity is read like any other argument."""
    assert traced(lambda x: x.clamp(0, float("inf"))).output is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("calls"),
        lambda r: r.update(leaves=[[1, "input"]]),
        lambda r: r.update(output=[]),
        lambda r: r.update(shape=[-1]),
        lambda r: r.update(shape=[1] * 65),
        lambda r: r.update(shape=[2**50]),
        lambda r: r["calls"][0].__setitem__(1, [["t", 10_000]]),
        lambda r: r["calls"][0].__setitem__(1, [{}]),
        lambda r: r["calls"][0].__setitem__(3, 5),
        lambda r: r["calls"][0].__setitem__(4, ["cell 1"]),
        lambda r: r["dropouts"][0].__setitem__(2, "often"),
        lambda r: r.update(calls=[["aten.relu.default", [], {}, [], None]]),
        lambda r: r["calls"].append(
            ["aten.unsqueeze.default", [["t", r["input"]], 0], {}, [[999, []]], None]
        ),
        pytest.param(lambda r: r.update(calls=r["calls"] * MAX_CALLS), marks=pytest.mark.slow),
    ],
)
def test_what_is_no_record_is_a_protocol_error(change: Callable[[dict[str, Any]], object]) -> None:
    """Missing keys, wrong kinds, unknown numbers and endless lists are refused, by one kind of exception."""
    broken = copy.deepcopy(RECORD)
    change(broken)

    with pytest.raises(ProtocolError, match=r"not a trace|does not fit"):
        read_record(broken)


def _slots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a record."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(slot for key, child in inner for slot in _slots(child, (*path, key)))]


SLOTS = _slots(RECORD)[1:]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A record of which a few values were replaced by anything."""
    broken = copy.deepcopy(RECORD)
    for slot in draw(st.lists(st.sampled_from(SLOTS), min_size=1, max_size=4)):
        inside: Any = broken
        try:
            for key in slot[:-1]:
                inside = inside[key]
            inside[slot[-1]] = draw(ANYTHING)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took that place away
    return broken


def outcome(broken: Any) -> Trace | None:
    """The trace, or None for a refusal; anything else is an error of the reader."""
    try:
        return read_record(broken)
    except ProtocolError:
        return None


@settings(max_examples=examples(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_a_hostile_record_is_read_or_refused(broken: dict[str, Any]) -> None:
    """Whatever stands in a record, reading it ends in a trace or in a ProtocolError."""
    trace = outcome(broken)

    assert trace is None or trace.output is None or len(trace.output.key) == 32


@given(ANYTHING)
def test_anything_at_all_is_read_or_refused(value: Any) -> None:
    """Bytes that decode to something else than a record are refused."""
    assert outcome(value) is None


def test_the_same_weights_twice_are_one_leaf() -> None:
    """A layer that is called twice is computed from the same parameters."""
    output = traced(lambda x, one: one(one(x)), one=nn.Conv2d(3, 3, 1)).output
    assert output is not None

    assert output.inputs[1] is output.inputs[0].inputs[1]
    assert relu(output) != output


def test_the_real_record_is_read() -> None:
    """A whole network's record comes through the wire unchanged."""
    assert read_record(wired(record_of(SOURCE))).output == trace_of(SOURCE).output
