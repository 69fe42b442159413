from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.network.evaluate import Evaluator
from grader.network.graph import INPUT, replace_leaves, walk
from grader.network.reading import read_network
from grader.network.reference import layer, reference_output, reference_uncropped
from grader.wall.draws import derived, draw_alone, draw_parameter
from grader.worker.places import place_of_frame
from grader.worker.trace import record
from reference.architecture import Architecture, Conv, fcn8s, fcn32s
from reference.fcn import FCN
from tests.grader.slim import SLIM, read_record
from tests.grader.styles import Style, styled_reading
from tests.share import examples

SEED = 11
CEIL = {f"pool{n}": True for n in range(1, 6)}


def filled(architecture: Architecture) -> FCN:
    """The reference's module, its parameters drawn by role."""
    model = FCN(architecture).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            key = name.removeprefix("layers.")
            parameter.copy_(
                torch.from_numpy(draw_parameter(derived(SEED, "fill"), key, tuple(parameter.shape)))
            )
    return model


@settings(max_examples=examples(12))
@given(st.sampled_from(sorted(SLIM)), st.integers(20, 110), st.integers(20, 110))
def test_the_expression_is_the_module(network: str, rows: int, columns: int) -> None:
    """For any input size, the reference as an expression computes what the reference's module computes."""
    table = SLIM[network](5)
    model = filled(table)
    x = torch.from_numpy(draw_alone(derived(SEED, "input"), "input", (1, 3, rows, columns)))
    with torch.inference_mode():
        wanted = model(x)

    found = Evaluator(SEED, (1, 3, rows, columns))(reference_output(table, (rows, columns), CEIL))

    assert wanted.shape == (1, 5, rows, columns)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", [fcn32s, fcn8s])
def test_the_real_tables_are_the_modules(make: Callable[[int], Architecture]) -> None:
    """At full size the module's trace up to the crop is the reference's expression, but for skips' crops."""
    table = make(12)
    with torch.device("meta"):
        model, x = FCN(table).eval(), torch.zeros(1, 3, 64, 76)
    output = read_record(record(model, x, place_of_frame)[0]).output
    assert output is not None
    reading = read_network(output, table)
    keyed = replace_leaves(reading.path.steps[reading.last_layer], reading.keys)
    wanted = reference_uncropped(table, CEIL)

    if table.skips:
        ours, theirs = (
            [node.key for node in walk(root) if node.op in ("leaf", "max_pool")] for root in (keyed, wanted)
        )
        assert sorted(ours) == sorted(theirs)
    else:
        assert keyed == wanted


@pytest.mark.parametrize("network", SLIM)
def test_pools_round_as_the_student_s_do(network: str) -> None:
    """The reference is built with the rounding of the student's own pools; up is what it does unasked."""
    table = SLIM[network](12)
    up, down = (reference_uncropped(table, dict.fromkeys(CEIL, ceil)) for ceil in (True, False))

    assert reference_uncropped(table, {}) == up != down
    assert {node["ceil"] for node in walk(down) if node.op == "max_pool"} == {False}
    mixed = reference_uncropped(table, {"pool3": False})
    assert [node["ceil"] for node in walk(mixed) if node.op == "max_pool"].count(False) == 1


@pytest.mark.parametrize("style", [Style(), Style(ceil=False)])
def test_a_students_network_shares_the_reference_s_trunk(style: Style) -> None:
    """A student's trunk and the reference's are the same expression, so that it is computed once."""
    table = SLIM["FCN8s"](12)
    reading = styled_reading(table, style)
    ceil = {role: bool(node["ceil"]) for role, node in reading.pools.items()}
    keys = {node.key for node in walk(reference_uncropped(table, ceil))}
    scored = replace_leaves(reading.layers["score"].expr, reading.keys)

    assert scored.key in keys


def test_a_layer_is_built_from_its_row() -> None:
    """Weights are shaped and named by the table; a ReLU stands on top where the table has one."""
    made = layer(INPUT, Conv("conv9", 3, 7, 5, padding=2, stride=3))

    assert made.op == "relu"
    (inner,) = made.inputs
    assert [leaf["name"] for leaf in inner.inputs[1:]] == ["conv9.weight", "conv9.bias"]
    assert (inner.inputs[1]["shape"], inner["padding"], inner["stride"]) == ((7, 3, 5, 5), (2, 2), (3, 3))


def test_a_transposed_layer_has_its_channels_the_other_way() -> None:
    """A transposed convolution's weight begins with its inputs, and has no bias where the table has none."""
    row = Conv("up", 3, 7, 4, stride=2, relu=False, bias=False, transposed=True)
    made = layer(INPUT, row)

    assert (made.op, len(made.inputs), made.inputs[1]["shape"]) == ("deconv", 2, (3, 7, 4, 4))
    assert len(layer(INPUT, replace(row, bias=True)).inputs) == 3
