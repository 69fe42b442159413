"""What a forward pass lets go of is named, and no line is paid for it."""

from __future__ import annotations

from grader.evidence.unreached import Shown, unreached
from grader.network.reading import Reading
from tests.grader.diagnosis.way_up import CROP32, JOIN3, JOIN4, PLACE3
from tests.grader.slim import edited, reading_of

LINES = ("conv1", "fc6", "score", "upscores", "score_pools", "pools", "activations", "crop", "determinism")
PLACE4 = "s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]"


def waiting(reading: Reading) -> set[str]:
    return {line for line in LINES if unreached(reading, line)}


def test_nothing_of_a_right_network_is_unreached() -> None:
    assert waiting(reading_of(edited())) == set()


def test_a_skip_that_joins_nothing_costs_the_skip_alone() -> None:
    assert waiting(reading_of(edited((JOIN3, f"s = {PLACE3}")))) == set()


def test_layers_whose_values_were_replaced_are_shown_by_no_run() -> None:
    """What stands before the skip is; so are the layers behind it."""
    found = reading_of(edited((JOIN4, f"h = {PLACE4}")))

    assert waiting(found) == {"fc6", "score", "upscores", "pools", "activations"}
    assert unreached(found, "upscores") == ["upscore1"]
    assert unreached(found, "conv1") == []


def test_what_real_runs_showed_is_reached_for_lines_about_layers() -> None:
    """What drops in train mode is shown by a run in train mode alone."""
    found = reading_of(edited((JOIN4, f"h = {PLACE4}")))
    weights = frozenset(layer.weight for layer in found.layers.values())
    evaluated, trained = Shown(evaluating=weights), Shown(training=weights)

    assert {line for line in LINES if unreached(found, line, evaluated)} == set()
    assert unreached(found, "dropout", evaluated) == ["fc6", "fc7", "score"]
    assert unreached(found, "dropout", trained) == []
    assert unreached(found, "fc6", trained) == ["fc6"]


def test_what_is_made_of_nothing_shows_no_behaviour() -> None:
    """Whatever layers real runs showed: neither a size nor that it comes again."""
    found = reading_of(edited((f"return {CROP32}", f"u = {CROP32}; return x * 0")), "FCN32s")
    shown = Shown(evaluating=frozenset(layer.weight for layer in found.layers.values()))

    assert {line for line in LINES if unreached(found, line, shown)} == {"determinism"}


def test_a_network_that_lets_go_of_everything_earns_no_line() -> None:
    """An output that is made of nothing has a shape and comes again, whatever stood before it."""
    found = reading_of(edited((f"return {CROP32}", f"u = {CROP32}; return x * 0")), "FCN32s")

    assert waiting(found) == set(LINES)
