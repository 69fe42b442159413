from __future__ import annotations

from typing import Any

import msgspec
import pytest

from grader.wall.recording import MAX_ITEMS, Call, Dropout, Items, Other, Tensor

ROW: list[Any] = [
    "aten.cat.default",
    [["l", [["t", 1], ["t", 2]]], 1, 0.5, None, ["x", "torch.int64"]],
    {},
    [],
    None,
]


def test_a_call_is_read_with_its_arguments() -> None:
    """Tensors, lists and whatever else are told apart by their tags."""
    call = msgspec.convert(ROW, Call)

    assert call.args == (Items((Tensor(1), Tensor(2))), 1, 0.5, None, Other("torch.int64"))


@pytest.mark.parametrize(
    "args",
    [
        [["t", -1]],
        [["t"]],
        [["t", 1, 2]],
        [["q", 1]],
        [[]],
        [{}],
        [["l", [1] * (MAX_ITEMS + 1)]],
        [["x", "d" * 201]],
        ["s" * 2_001],
        [0] * 65,
    ],
)
def test_arguments_of_another_form_are_refused(args: list[object]) -> None:
    """Nothing is guessed."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert([ROW[0], args, *ROW[2:]], Call)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), "0.5"])
def test_a_rate_is_a_number(rate: object) -> None:
    """Of a dropout; arguments of operations may be infinite."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert([1, "dropout", rate, True, None], Dropout)
