"""The last cell goes on with one index and one map, whatever the functions return."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.assignment import MAP, PREDICT
from grader.mending.ones import with_one
from grader.records.submission import Chunk, Slice

CELL = "index = get_cls_pred(logits)\nmap = cv2.resize(returnCAM(features, weight, index), (9, 9))"
OTHER = Chunk("cell 8", 30, "print(get_cls_pred)")
SLICE = Slice(cam_cell=(Chunk("cell 8", 3, CELL), OTHER))


@pytest.mark.parametrize(
    ("names", "index", "side"), [((PREDICT,), 2, 3), ((MAP,), None, 256), ((PREDICT, MAP), 2, 256)]
)
def test_a_call_is_read_as_one_value(names: tuple[str, ...], index: int | None, side: int) -> None:
    """The most probable class, and a map of the usual form."""
    seen: list[Any] = []
    space: dict[str, Any] = {
        "logits": np.array([[0.0, 1.0, 5.0]]),
        "features": None,
        "weight": None,
        "get_cls_pred": lambda logits: None,
        "returnCAM": lambda features, weight, index: np.zeros((3, 3)),
        "cv2": type("cv2", (), {"resize": staticmethod(lambda map, size: seen.append(map))}),
    }
    (chunk,) = with_one(SLICE, names)
    exec(chunk.source, space)

    assert (chunk.label, chunk.line) == ("cell 8", 3)
    assert (None if space["index"] is None else int(space["index"][0])) == index
    assert seen[0].shape == (side, side)


def test_a_call_within_another_and_one_by_keyword_are_read_too() -> None:
    """Each notes what it returned."""
    called: list[str] = []
    space: dict[str, Any] = {
        "logits": np.array([[0.0, 5.0, 1.0]]),
        "get_cls_pred": lambda logit: called.append("index"),
        "returnCAM": lambda features, weight, index: called.append(f"map of {int(index[0])}"),
    }
    cell = Chunk("cell 8", 3, "map = returnCAM(0, 0,\n    get_cls_pred(logit=logits)); after = 1")

    (chunk,) = with_one(Slice(cam_cell=(cell,)), (PREDICT, MAP))
    exec(chunk.source, space)

    assert called == ["index", "map of 1"]
    assert (space["map"].shape, space["after"]) == ((256, 256), 1)
    assert chunk.source.count("\n") == 1
