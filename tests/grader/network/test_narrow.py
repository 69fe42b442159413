from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.network import narrow
from grader.network.graph import INPUT, conv, leaf, walk
from reference.architecture import fcn8s, fcn32s
from reference.fcn import FCN8s

CHANNELS = st.sampled_from([3, 12, 21, 64, 128, 256, 512, 4096, 25088])


def test_a_narrow_network_has_an_eighth_of_the_channels() -> None:
    """The assignment's layers are narrowed; pictures and scores stay as they are."""
    table = narrow.architecture(fcn8s(5))
    first, last = table.conv("conv1_1"), table.conv("fc7")

    assert (first.inputs, first.outputs, last.inputs, last.outputs) == (3, 8, 512, 512)
    assert (table.conv("score").inputs, table.conv("score").outputs) == (512, 5)
    assert table.conv("score_pool_3").inputs == table.conv("conv3_3").outputs == 32
    assert [up.outputs for up in table.upscores] == [5, 5, 5]


@given(st.lists(CHANNELS, min_size=1, max_size=4))
def test_what_is_joined_fits_after_narrowing(parts: list[int]) -> None:
    """Channels that are concatenated are narrowed as their sum is, as long as all of them are many."""
    if all(count >= narrow.MANY for count in parts):
        assert sum(map(narrow.channels, parts)) == narrow.channels(sum(parts))


@given(CHANNELS, CHANNELS, st.sampled_from([1, 3, 7, 64]))
def test_kernels_keep_their_size(first: int, second: int, side: int) -> None:
    """A kernel of 64 is no channel."""
    assert narrow.shape((first, second, side, side))[2:] == (side, side)
    assert narrow.shape((first,)) == (narrow.channels(first),)


def test_shapes_are_those_of_the_narrow_architecture() -> None:
    """Narrowing the reference's parameters and narrowing its table is the same."""
    with torch.device("meta"):
        made = {name: tuple(p.shape) for name, p in FCN8s(12).named_parameters()}
    table = narrow.architecture(fcn8s(12))
    fc6 = next(shape for name, shape in made.items() if name.endswith("fc6.weight"))

    assert narrow.shape(fc6) == (table.conv("fc6").outputs, table.conv("fc6").inputs, 7, 7)
    assert narrow.architecture(fcn32s(12)).conv("upscore").kernel == 64


def test_leaves_are_narrowed_but_for_constants() -> None:
    """A recorded pass with all channels becomes one with few."""
    x = conv(INPUT, leaf("weight", (64, 3, 3, 3)), leaf("bias", (64,), "buffer"))
    x = conv(x, leaf("kept", (64, 64, 1, 1), "constant"), None)
    shapes = {node["name"]: node["shape"] for node in walk(narrow.leaves(x)) if node.op == "leaf"}

    assert shapes == {"weight": (8, 3, 3, 3), "bias": (8,), "kept": (64, 64, 1, 1)}
