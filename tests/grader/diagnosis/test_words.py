from __future__ import annotations

import pytest

from grader.diagnosis.words import plain
from grader.network.graph import INPUT, expr


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
