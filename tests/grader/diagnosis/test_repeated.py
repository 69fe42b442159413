"""The same fault of many blocks at one line of code costs one line of the rubric."""

from __future__ import annotations

from grader.diagnosis.causes import because
from grader.diagnosis.payers import LineName
from grader.diagnosis.repeated import at_once
from grader.records.reason import Place, Reason


def extra(block: int, line: int) -> Reason:
    """A convolution too many in a block, made on a line."""
    after = f"conv{block}_2"
    return because("layer.extra", block=block, after=after, actual="one", place=Place("cell 5", line))


def costs(*found: Reason) -> dict[LineName, int]:
    """How many faults each line has, where the line of the first is that of the first block."""
    lines: tuple[LineName, ...] = ("conv1", "conv2", "conv3", "conv4", "conv5")
    by_line = {lines[at]: [one] for at, one in enumerate(found)}
    return {line: len(told) for line, told in at_once(by_line).items()}


def test_what_one_line_does_to_three_blocks_is_paid_once() -> None:
    assert costs(*(extra(block, 11) for block in range(1, 6))) == {"conv1": 5}
    assert costs(*(extra(block, 11) for block in range(1, 4))) == {"conv1": 3}


def test_two_entries_of_a_table_and_faults_of_other_lines_are_paid_each() -> None:
    assert costs(extra(1, 11), extra(2, 11)) == {"conv1": 1, "conv2": 1}
    assert costs(extra(1, 11), extra(2, 12), extra(3, 11)) == {"conv1": 1, "conv2": 1, "conv3": 1}


def wide(layer: str, got: int, want: int, line: int = 11) -> Reason:
    """A layer of another width, made on a line."""
    return because("layer.out_channels", layer=layer, got=got, want=want, place=Place("cell 5", line))


def missing(layer: str, line: int = 11) -> Reason:
    """A layer that is missing, by a line."""
    return because("layer.missing", layer=layer, actual="none", place=Place("cell 5", line))


def test_entries_that_stand_in_each_others_place_are_paid_once() -> None:
    assert costs(wide("conv3_1", 512, 256), wide("conv4_1", 256, 512)) == {"conv1": 2}
    assert costs(extra(2, 11), missing("conv3_3")) == {"conv1": 2}
    assert costs(missing("conv2_2"), extra(3, 11)) == {"conv1": 2}


def test_entries_that_are_wrong_otherwise_are_paid_each() -> None:
    each = {"conv1": 1, "conv2": 1}
    assert costs(wide("conv3_1", 512, 256), wide("conv4_1", 128, 512)) == each
    assert costs(wide("conv3_1", 512, 256), wide("conv4_1", 256, 512, line=12)) == each
    assert costs(missing("conv2_2", line=12), extra(3, 11)) == each
    assert costs(missing("conv2_2"), missing("conv3_3")) == each


def test_what_is_wrong_beside_it_stays_where_it_is() -> None:
    other = because("layer.missing", layer="conv2_2", actual="none", place=Place("cell 5", 11))
    by_line: dict[LineName, list[Reason]] = {
        "conv1": [extra(1, 11)],
        "conv2": [extra(2, 11), other],
        "conv3": [extra(3, 11)],
        "pools": [other],
    }
    found = at_once(by_line)
    assert [(line, len(told)) for line, told in found.items()] == [("conv1", 3), ("conv2", 1), ("pools", 1)]
