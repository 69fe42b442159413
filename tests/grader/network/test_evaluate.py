from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from grader.network import budget
from grader.network.evaluate import BILINEAR, Evaluator
from grader.network.graph import INPUT, Expr, add, conv, crop, expr, leaf, max_pool, relu, replace_leaves
from grader.network.reference import window
from grader.network.replaying import NotReplayableError
from grader.wall.draws import derived, draw, draw_alone, draw_parameter
from grader.worker.places import place_of_frame
from grader.worker.trace import Calm, Dropouts, record
from reference.fcn import bilinear_weight
from tests.grader.slim import Computes, expr_of, read_record
from tests.grader.styles import CROPS, RELUS
from tests.share import examples

SEED, SHAPE = 3, (2, 3, 8, 9)

Step = Callable[[Tensor, dict[str, nn.Module]], Tensor]
LAYERS: dict[str, Callable[[], nn.Module]] = {
    "conv": lambda: nn.Conv2d(3, 3, 3, padding=1),
    "dilated": lambda: nn.Conv2d(3, 3, 3, padding=(3, 2), dilation=2, bias=False),
    "grouped": lambda: nn.Conv2d(3, 3, (1, 3), padding=(0, 1), groups=3),
    "up": lambda: nn.ConvTranspose2d(3, 3, 3, stride=1, padding=1, bias=False),
    "up2": lambda: nn.ConvTranspose2d(3, 3, 4, stride=2, padding=2, output_padding=1),
    "batch": lambda: nn.BatchNorm2d(3),
    "layer": lambda: nn.GroupNorm(1, 3),
    "prelu": lambda: nn.PReLU(3),
}


def _layer(name: str) -> Step:
    return lambda h, layers: layers[name](h)


def _plain(function: Callable[[Tensor], Tensor]) -> Step:
    return lambda h, _: function(h)


def _relu(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return lambda h: function(h.clone())


def _cropped(function: Callable[[Tensor, int, int, int], Tensor]) -> Callable[[Tensor], Tensor]:
    return lambda h: function(h, 1, h.size(2) - 2, h.size(3) - 1)


def _by_pixels(h: Tensor) -> Tensor:
    """Rows upside down, by the numbers that their pixels have in the whole map."""
    rows = torch.arange(h.size(2), device=h.device).flip(0)[:, None] * h.size(3)
    return h.flatten(2)[:, :, (rows + torch.arange(h.size(3), device=h.device)).flatten()].view(h.shape)


STEPS: dict[str, Step] = {
    **{name: _layer(name) for name in LAYERS if name != "prelu"},
    "by pixels": _plain(_by_pixels),
    **{f"relu {name}": _plain(_relu(f)) for name, f in RELUS.items()},
    **{f"crop {name}": _plain(_cropped(f)) for name, f in CROPS.items()},
    "max pool": _plain(lambda h: F.max_pool2d(h, 2, 1)),
    "max pool ceil": _plain(lambda h: F.max_pool2d(h, 3, 2, 1, ceil_mode=True)),
    "average pool": _plain(lambda h: F.avg_pool2d(h, 2, 1)),
    "adaptive pool": _plain(lambda h: F.adaptive_avg_pool2d(h, (5, 6))),
    "pad": _plain(lambda h: F.pad(h, (1, 2, 3, 0))),
    "pad with ones": _plain(lambda h: F.pad(h, (1, 2), value=1.0)),
    "reflect": _plain(lambda h: F.pad(h, (1, 1, 1, 1), mode="reflect")),
    "resize": _plain(lambda h: F.interpolate(h, (7, 6), mode="bilinear", align_corners=False)),
    "nearest": _plain(lambda h: F.interpolate(h, (6, 7))),
    "channels": _plain(lambda h: torch.cat([h[:, 1:], h[:, :1]], 1)),
    "transpose": _plain(lambda h: h.transpose(2, 3)),
    "flip": _plain(lambda h: h.flip(2)),
    "split": _plain(lambda h: torch.cat(h.split([1, 2], 1)[::-1], 1)),
    "reshape": _plain(lambda h: h.reshape(h.size(0), 3, -1).reshape(h.shape)),
    "softmax": _plain(lambda h: h.softmax(1)),
    "sigmoid": _plain(torch.sigmoid),
    "scale": _plain(lambda h: -h * 2 / 3),
    "shift": _plain(lambda h: h + 0.25),
    "residual": _plain(lambda h: h.relu() + h * 0.5),
    "difference": _plain(lambda h: torch.sub(h, h.tanh(), alpha=2)),
    "product": _plain(lambda h: h * h.sigmoid()),
    "centred": _plain(lambda h: h - h.mean((2, 3), keepdim=True)),
    "normalised": _plain(lambda h: F.normalize(h, dim=1)),
    "in place": _plain(lambda h: h.clone().mul_(2).add_(1).sub_(h)),
    "noise": _plain(lambda h: h + torch.rand_like(h)),
    "coins": _plain(lambda h: h * torch.bernoulli(torch.full_like(h, 0.5))),
    "dropout": _plain(lambda h: F.dropout2d(h, 0.5)),
    "every other": _plain(lambda h: torch.cat([h[:, :, ::2], h[:, :, 1::2]], 2)),
    "argmax": _plain(lambda h: h + h.argmax(1, keepdim=True)),
}


class Program(nn.Module):
    """Steps in a row."""

    def __init__(self, steps: list[str]) -> None:
        super().__init__()
        self.steps = steps
        self.layers = nn.ModuleDict({f"{n}": LAYERS[s]() for n, s in enumerate(steps) if s in LAYERS})

    def forward(self, h: Tensor) -> Tensor:
        for number, step in enumerate(self.steps):
            layers = {step: self.layers[f"{number}"]} if step in LAYERS else {}
            h = STEPS[step](h, layers)
        return h


def filled(model: Program) -> Program:
    """The model with parameters drawn by their names, and buffers that are not what they start as."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(
                torch.from_numpy(draw_parameter(derived(SEED, "fill"), name, tuple(parameter.shape)))
            )
        for name, buffer in model.named_buffers():
            if buffer.dtype == torch.float32:
                buffer.copy_(torch.from_numpy(np.abs(draw(SEED, name, tuple(buffer.shape))) + 0.5))
    return model.eval()


def own_output(model: Program) -> Tensor:
    """What the model itself computes from the challenge's input."""
    with Calm(), Dropouts(), torch.inference_mode():  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
        return model.forward(torch.from_numpy(draw_alone(derived(SEED, "input"), "input", SHAPE)))


def replayed(model: Program) -> Tensor:
    """What the model's trace says that it computes."""
    evaluator = Evaluator(SEED, SHAPE)
    given = {name: evaluator.give(buffer.numpy()) for name, buffer in model.named_buffers()}
    light = Program(model.steps).to("meta").eval()
    trace = read_record(record(light, torch.zeros(SHAPE, device="meta"), place_of_frame)[0])
    assert trace.output is not None
    return evaluator(replace_leaves(trace.output, given))


@pytest.mark.parametrize("step", sorted(STEPS))
def test_each_operation_is_replayed_as_it_is(step: str) -> None:
    """The expression read from a trace computes what the module computes, operation by operation."""
    model = filled(Program([step]))

    torch.testing.assert_close(replayed(model), own_output(model))


@settings(max_examples=examples(60))
@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=2, max_size=5))
@example(["transpose", "reshape"])
def test_a_replayed_trace_is_the_modules_own_output(steps: list[str]) -> None:
    """Whatever steps follow one another, the trace computes what the module computes."""
    model = filled(Program(steps))
    try:
        wanted = own_output(model)
    except (RuntimeError, IndexError):
        return  # too small by now for its last steps

    torch.testing.assert_close(replayed(model), wanted, rtol=1e-4, atol=1e-5)


def test_the_input_is_drawn_from_the_seed() -> None:
    """Both sides draw the same picture."""
    assert np.array_equal(
        Evaluator(SEED, SHAPE)(INPUT).numpy(), draw_alone(derived(SEED, "input"), "input", SHAPE)
    )


def test_a_weight_is_drawn_by_its_name() -> None:
    """A leaf of the model is what the worker filled it with."""
    value = Evaluator(SEED, SHAPE)(leaf("conv1_1.weight", (4, 3, 3, 3)))

    assert np.array_equal(
        value.numpy(), draw_parameter(derived(SEED, "fill"), "conv1_1.weight", (4, 3, 3, 3))
    )


def test_values_of_vgg16_have_a_seed_of_their_own() -> None:
    """The worker is told it only when it copies."""
    value = Evaluator(SEED, SHAPE)(leaf("vgg/features.0.weight", (4, 3, 3, 3)))

    drawn = draw_parameter(derived(SEED, "vgg16"), "vgg/features.0.weight", (4, 3, 3, 3))
    assert np.array_equal(value.numpy(), drawn)


def test_a_bilinear_weight_is_no_drawn_one() -> None:
    """Where the student's code left bilinear interpolation in place, that is what the weight holds."""
    value = Evaluator(SEED, SHAPE)(leaf(BILINEAR, (3, 3, 4, 4)))

    assert torch.equal(value, bilinear_weight(3, 3, 4))


def test_a_buffer_is_what_was_sent() -> None:
    """Buffers have the values that the worker sent; one that was not sent can't be replayed."""
    evaluator = Evaluator(SEED, SHAPE)
    name = evaluator.give(np.array([1.0, 2.0], dtype=np.float32))

    assert evaluator(leaf(name, (2,), "buffer")).tolist() == [1.0, 2.0]
    with pytest.raises(NotReplayableError, match="buffer"):
        evaluator(leaf("variance", (2,), "buffer"))


def test_shared_parts_are_computed_once() -> None:
    """What two expressions have in common has one value."""
    evaluator = Evaluator(SEED, SHAPE)
    first = evaluator(relu(INPUT))
    evaluator(add(relu(INPUT), INPUT))

    assert evaluator(relu(INPUT)) is first


def test_what_was_computed_can_be_forgotten() -> None:
    """Values are freed on request and computed again when they are asked for."""
    evaluator = Evaluator(SEED, SHAPE)
    first = evaluator(relu(INPUT))
    evaluator.forget()

    assert evaluator(relu(INPUT)) is not first
    assert torch.equal(evaluator(relu(INPUT)), first)


def test_an_operation_in_place_leaves_its_input_alone() -> None:
    """Replaying an in-place operation doesn't change what others are computed from."""
    evaluator = Evaluator(SEED, SHAPE)
    before = evaluator(INPUT).clone()
    evaluator(expr_of(lambda x: x.clone().sigmoid_(), SHAPE))

    assert torch.equal(evaluator(INPUT), before)


@pytest.mark.parametrize(
    "root",
    [
        expr("aten.set_.source_Storage", INPUT, args=(("t", 0),), named=()),
        expr("aten.save.default", INPUT, args=(("t", 0),), named=()),
        expr("prims.relu.default", INPUT, args=(("t", 0),), named=()),
        expr("os.system", args=(), named=()),
        expr("aten.relu.nonsense", INPUT, args=(("t", 0),), named=()),
        expr("aten.full.default", args=(("l", 1), "text"), named=()),
        expr("aten.cat.default", INPUT, args=(("l", ("t", 5)),), named=()),
        expr("aten.full.default", args=(("l", 40_000, 40_000), 1.0), named=()),
        expr("aten.repeat.default", INPUT, args=(("t", 0), ("l", 9000, 9000, 1, 1)), named=()),
        crop(INPUT, 0, 0, 50_000, 50_000),
        leaf("constant 7", (2,), "constant"),
        expr("aten.split.Tensor", INPUT, args=(("t", 0), 1, 1), named=()),
        max_pool(INPUT, kernel=(50, 50)),
        expr("add", INPUT, leaf("w", (7, 7)), scale=1.0),
    ],
)
def test_what_is_not_known_or_fails_is_not_replayed(root: Expr) -> None:
    """Unlisted operations, wrong arguments, unknown values and huge tensors end in one kind of exception."""
    with pytest.raises(NotReplayableError):
        Evaluator(SEED, SHAPE)(root)


def test_a_failure_is_not_kept() -> None:
    """After something that can't be replayed, the rest still can."""
    evaluator = Evaluator(SEED, SHAPE)
    with pytest.raises(NotReplayableError):
        evaluator(add(relu(INPUT), leaf("w", (7, 7))))

    assert torch.equal(evaluator(relu(INPUT)), evaluator(INPUT).relu())


def test_a_crop_before_the_start_is_zero() -> None:
    """A crop that begins outside gives zeros there, one that ends outside too."""
    evaluator = Evaluator(SEED, SHAPE)
    cut = evaluator(crop(INPUT, -1, -2, 10, 13))

    assert cut.shape == (2, 3, 10, 13)
    assert torch.equal(cut[..., 1:9, 2:11], evaluator(INPUT))
    assert cut.sum() == pytest.approx(float(evaluator(INPUT).sum()), rel=1e-4)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 12), st.integers(1, 12))
def test_the_references_window_is_a_slice(top: int, left: int, height: int, width: int) -> None:
    """The reference crops as Python slices do: short where its source ends."""
    evaluator = Evaluator(SEED, SHAPE)
    found = evaluator(expr("window", INPUT, top=top, left=left, height=height, width=width))

    assert torch.equal(found, evaluator(INPUT)[..., top : top + height, left : left + width])
    assert torch.equal(
        evaluator(window(INPUT, top, (height, width))),
        evaluator(INPUT)[..., top : top + height, top : top + width],
    )


def test_a_long_chain_is_no_deep_recursion() -> None:
    """Thousands of steps in a row are computed one after another."""
    node = INPUT
    for _ in range(3000):
        node = relu(node)

    assert torch.equal(Evaluator(SEED, (1, 3, 2, 2))(node), Evaluator(SEED, (1, 3, 2, 2))(relu(INPUT)))


def test_computes_is_traced_with_its_layers() -> None:
    """The module that these tests trace functions with names its layers."""
    assert set(dict(Computes(torch.relu, one=nn.Conv2d(3, 3, 1)).named_parameters())) == {
        "layers.one.weight",
        "layers.one.bias",
    }


def test_what_is_needed_of_what_was_computed_ahead_has_its_price() -> None:
    """The rest is dropped: value and price are those of one that was not computed ahead."""
    needed, vain = relu(INPUT), expr("scale", expr("scale", INPUT, factor=3.0), factor=2.0)
    root = expr("scale", needed, factor=5.0)
    plain, evaluator = Evaluator(SEED, SHAPE), Evaluator(SEED, SHAPE)
    for each in (needed, vain):
        list(evaluator.ahead(each))

    assert evaluator.spent == 0
    assert torch.equal(evaluator(root), plain(root))
    assert (evaluator.spent, set(evaluator._values)) == (plain.spent, set(plain._values))


def test_what_was_computed_ahead_in_vain_takes_no_memory() -> None:
    """Where another size is asked for, say."""
    evaluator = Evaluator(SEED, SHAPE)
    steps = evaluator.ahead(expr("scale", relu(INPUT), factor=2.0))
    next(steps)
    next(steps)
    evaluator.settle()

    assert evaluator._values == {} and evaluator.spent == 0


def test_values_have_a_budget_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression of many large values is given up, and leaves no memory taken."""
    monkeypatch.setattr(budget, "MAX_TOTAL", 2000)
    evaluator, chain = Evaluator(SEED, SHAPE), INPUT
    small = relu(INPUT)
    for step in range(20):
        chain = expr("scale", chain, factor=1.0 + step)

    with pytest.raises(NotReplayableError, match="too much memory"):
        evaluator(chain)

    assert evaluator(small).shape == SHAPE


def test_values_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are dropped where too little would be left, and computed again when they are asked for."""
    evaluator, root = Evaluator(SEED, SHAPE), relu(INPUT)
    wanted = evaluator(root)
    monkeypatch.setattr(budget, "MAX_TOTAL", 2 * wanted.numel() + 10)

    evaluator.leave(10)
    assert root.key in evaluator._values
    evaluator.leave(11)
    assert evaluator._values == {}
    assert torch.equal(evaluator(root), wanted)


def test_what_weights_are_computed_from_takes_no_lasting_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A weight may be normalised in many steps; what the input leads to is kept."""
    made = leaf("layer.weight", (2, 3, 4, 4))
    held = made
    for step in range(20):
        made = expr("scale", made, factor=1.0 + step)
    root = relu(conv(INPUT, made, None))
    elements = sum(map(budget.elements, (Evaluator(SEED, SHAPE)(each) for each in (INPUT, held, root, root))))
    monkeypatch.setattr(budget, "MAX_TOTAL", elements + 2 * 96)
    evaluator = Evaluator(SEED, SHAPE)

    evaluator(root)

    assert {made.key, root.key} < set(evaluator._values)
    assert held.key not in evaluator._values
    assert torch.equal(evaluator(add(root, root)), 2 * evaluator(root))


def test_arithmetic_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many steps over values that take no memory are given up before they are taken."""
    evaluator, chain = Evaluator(SEED, SHAPE), INPUT
    for step in range(5_000):
        chain = expr("scale", chain, factor=1.0 + step)
    monkeypatch.setattr(budget, "MAX_OPERATIONS", 1e6)

    with pytest.raises(NotReplayableError, match="too much arithmetic"):
        evaluator(chain)
    assert evaluator.spent < 2e6


@pytest.mark.parametrize(
    "node",
    [
        leaf("wide.weight", (100_000_000, 512, 1, 1)),
        conv(INPUT, leaf("huge.weight", (3, 3, 30_001, 30_001)), None, padding=(15_000, 15_000)),
        conv(INPUT, leaf("padded.weight", (3, 3, 3, 3)), None, padding=(1_000_000, 1_000_000)),
        conv(INPUT, leaf("up.weight", (3, 3, 4, 4)), None, stride=(100_000, 100_000), transposed=True),
        expr("random", name="random.aten.bernoulli.p", shape=(1 << 20, 1 << 20)),
        expr("aten.zeros.default", args=(("l", 1 << 20, 1 << 20),), named=()),
    ],
    ids=["wide", "kernel", "padding", "stride", "random", "zeros"],
)
def test_a_large_value_is_refused_before_it_is_made(node: Expr) -> None:
    """Whatever a size came from."""
    with pytest.raises(NotReplayableError, match=r"too large|too much memory"):
        Evaluator(SEED, SHAPE)(node)


@pytest.mark.slow
def test_a_price_needs_no_compiler() -> None:
    """Torch asks for it where shapes are computed, and it takes two seconds to import."""
    source = (
        "import sys\nfrom grader.network.evaluate import Evaluator\n"
        "from grader.network.graph import INPUT, expr\n"
        "root = expr('aten.leaky_relu.default', INPUT, args=(('t', 0),), named=())\n"
        "Evaluator(1, (1, 3, 4, 4))(root)\nassert 'torch._dynamo' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
