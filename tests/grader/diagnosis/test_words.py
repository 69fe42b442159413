from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import Tensor
from torch.nn import functional as F

from grader.diagnosis.words import both, corner, numeral, plain
from grader.network.graph import INPUT, expr
from tests.grader.slim import expr_of


@pytest.mark.parametrize(("function", "words"), [(F.elu, "elu"), (F.selu, "selu"), (F.softsign, "softsign")])
def test_an_activation_is_named_as_it_was_called(function: Callable[[Tensor], Tensor], words: str) -> None:
    """PyTorch computes SELU as an ELU of another scale."""
    assert plain(expr_of(function)) == words


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("aten.flip.default", "flip"),
        ("aten.leaky_relu_.default", "leaky_relu"),
        ("aten._softmax.default", "softmax"),
        ("aten.avg_pool2d.default", "average pooling (avg_pool2d)"),
        ("aten._adaptive_avg_pool2d.default", "adaptive average pooling"),
        ("max_pool", "max_pool"),
    ],
)
def test_an_operation_is_named_as_a_person_would(operation: str, words: str) -> None:
    """Library, overload and underscores are left out; poolings have names of their own."""
    assert plain(expr(operation, INPUT)) == words


@pytest.mark.parametrize(("pair", "words"), [((3, 3), "3"), ((3, 4), "(3, 4)"), ((-1, -1), "-1")])
def test_a_pair_of_equal_numbers_is_written_as_one(pair: tuple[int, int], words: str) -> None:
    """(3, 3) reads 3."""
    assert both(pair) == words


def test_a_corner_is_one_number_where_it_can_be() -> None:
    """Most crops start at the same row and column."""
    assert corner((18, 18)) == 18
    assert corner((18, 20)) == "row 18 and column 20"


def test_a_number_is_a_number() -> None:
    """What a table writes as text is a number in a cause, where it is one."""
    assert numeral("150") == 150
    assert [numeral(text) for text in ("(1, 2)", "True", "9" * 5000)] == ["(1, 2)", "True", "9" * 5000]
