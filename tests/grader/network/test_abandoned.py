"""What a forward pass computes and lets go of is put back where it should have gone on."""

from __future__ import annotations

import pytest

from grader.network.abandoned import INSTEAD, MOST, UNUSED
from tests.grader.diagnosis.way_up import CROP8, CROP32, JOIN3, JOIN4, PLACE3, said
from tests.grader.slim import edited, reading_of, trace_of

ALL = 21
PLACE4 = "s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]"


def test_a_right_network_lets_nothing_go() -> None:
    """Nor one that computes something for nothing, whose layers are all there."""
    assert trace_of(edited()).abandoned == ()
    extra = edited((JOIN3, f"{JOIN3}; self.conv5_1(pool4)"))

    assert reading_of(extra).found == ALL
    assert reading_of(extra).path.steps == reading_of(edited()).path.steps


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (JOIN4, f"h = {PLACE4}", INSTEAD),
        (JOIN4, f"h + {PLACE4}", UNUSED),
        (JOIN4, f"{PLACE4} + h", UNUSED),
        (JOIN3, f"s = {PLACE3}", UNUSED),
    ],
)
def test_what_was_let_go_of_joins_again(old: str, new: str, kind: str) -> None:
    """The way that another value replaced, a sum that nobody kept, a skip that is not added."""
    source = edited((old, new))
    found = reading_of(source)

    assert found.found == ALL
    assert [join.kind for join in found.path.joins.values() if join.kind != "add"] == [kind]
    assert found.output == trace_of(source).output
    assert found.returned is None


def test_two_ways_may_be_replaced_one_after_another() -> None:
    """By both skips: the first is put back where the second was let go of."""
    found = reading_of(edited((JOIN4, f"h = {PLACE4}"), (JOIN3, f"h = {PLACE3}")))

    assert found.found == ALL
    assert [join.kind for join in found.path.joins.values()] == [INSTEAD, INSTEAD]
    assert found.returned is None


@pytest.mark.parametrize("layer", ["conv1_2", "conv4_2", "fc7"])
def test_a_layer_whose_value_is_not_kept_is_missing(layer: str) -> None:
    """The next one goes on without it: no branch joins, and what follows is as it was recorded."""
    call = {"fc7": "h = self.drop7(F.relu(self.fc7(h)))", "conv4_2": "h = F.relu(self.conv4_2(h))"}
    old = call.get(layer, "h = self.pool1(F.relu(self.conv1_2(h)))")
    new = old.removeprefix("h = ") if layer in call else "F.relu(self.conv1_2(h)); h = self.pool1(h)"
    found = reading_of(edited((old, new)))

    assert layer not in found.layers
    assert found.found == ALL - 1
    assert {join.kind for join in found.path.joins.values()} == {"add"}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ((f"return {CROP32}", f"u = {CROP32}; return x"), "the input"),
        ((CROP32, "x[:, :, 19:19 + h.size(2), 19:19 + h.size(3)]"), "a part of the input"),
    ],
)
def test_another_value_is_returned(edit: tuple[str, str], words: str) -> None:
    """What is computed last is read, and that it isn't returned is one fault."""
    found = said(edit, network="FCN32s")

    assert found == {"forward": [f"the forward pass returns {words}, not what it computes last"]}


def test_the_output_of_an_earlier_layer_is_named() -> None:
    """By the layer."""
    found = said(
        ("        h = self.upscore(h)\n", "        u = self.upscore(h)\n"),
        (CROP32, "h; u[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"),
        network="FCN32s",
    )

    assert found["forward"] == ["the forward pass returns score's output, not what it computes last"]


def test_the_output_of_a_skip_is_named() -> None:
    """By the skip's own layer."""
    found = said((CROP8, "s; u = " + CROP8))

    assert found["forward"] == ["the forward pass returns score_pool_3's output, not what it computes last"]


def test_only_the_last_ends_are_looked_at() -> None:
    """However many there are."""
    many = "; ".join(f"self.conv5_1({n}.0 * pool4)" for n in range(2, 20))

    assert len(trace_of(edited((JOIN3, f"{JOIN3}; {many}"))).abandoned) <= MOST


def test_layers_behind_nothing_are_no_live_ones() -> None:
    """Gradients are asked of what the output is computed from."""
    found = reading_of(edited((JOIN4, f"h = {PLACE4}")))

    assert "fc6.weight" not in found.live
    assert "conv4_3.weight" in found.live
