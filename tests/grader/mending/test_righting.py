"""A function of part 4 that raises is read as the one change of it that answers rightly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.assignment import MAP, PREDICT
from grader.errors import StudentRaised
from grader.mending.righting import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from grader.wall.answers import Reply
from grader.wall.verbs import Cam, Map, Prediction
from reference.cam import min_max

CAM = """\
def returnCAM(feature_conv, idx, weight_fc):
    row = idx[weight_fc]
    return row
"""
ROW = CAM.replace("idx, weight_fc)", "weight_fc, idx)")
INT8 = """\
def returnCAM(feature_conv, weight_fc, idx):
    return cv2.resize(np.int8(weight_fc[idx]), (256, 256))
"""
CLASS = """\
def get_cls_pred(logit):
    return logit[0, 0, 0]
"""


class Answering:
    """A student whose function answers rightly once a text stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def ask(self, request: Any, arrays: Any, *, seconds: float, told: bool) -> Reply[Any]:
        if self.text not in request.instead[0].chunks[0].source:
            raise StudentRaised("IndexError", "no", None)
        if isinstance(request, Cam):
            sums = np.tensordot(arrays["weight"][request.index], arrays["features"][0], axes=1)
            return Reply(Map(type="ndarray"), {"value": min_max(sums.astype(float)).astype(np.uint8)})
        logit = arrays["logit"][0].astype(float)
        printed = f"{np.exp(logit.max()) / np.exp(logit).sum():.3f}"
        return Reply(Prediction(type="int", printed=printed), {"value": np.array(logit.argmax())})

    loaded: Any = None
    has_time: Callable[[str], bool] = bool
    take: Callable[[Slice], None] = staticmethod(lambda _: None)


@pytest.mark.parametrize(
    ("name", "code", "text", "words", "line"),
    [
        (MAP, ROW, "weight_fc[idx]", "`idx[weight_fc]` read as `weight_fc[idx]`", "class_weights"),
        (
            MAP,
            CAM,
            "(feature_conv, weight_fc, idx)",
            "`returnCAM(feature_conv, idx, weight_fc)` read as `returnCAM(feature_conv, weight_fc, idx)`",
            "weighted_sum",
        ),
        (MAP, INT8, "uint8", "`np.int8` read as `np.uint8`", "dtype"),
        (PREDICT, CLASS, "logit[0, 0])", "`logit[0, 0, 0]` read as `logit[0, 0]`", "cls_return"),
    ],
)
def test_the_change_that_answers_rightly_is_meant(
    name: str, code: str, text: str, words: str, line: str
) -> None:
    """It costs the line of the step that it is in."""
    student: Any = Answering(text)
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    (found, *_) = mends(student, slice, name, Trouble("IndexError", "no", Place("cell 1", 2)))

    assert (found.words, found.lines) == (words, (line,))


COLUMN = """\
def returnCAM(feature_conv, weight_fc, idx):
    row = weight_fc[:, idx % 512]
    return (row[:, None, None] * feature_conv[0]).sum(0)
"""


def test_weights_of_a_wrong_axis_cost_the_choice_of_the_class() -> None:
    """Though they stop where they are multiplied; the index is freed of the modulo that made it fit."""
    student: Any = Answering("weight_fc[idx, :]")
    slice = Slice((Module("submission", (Chunk("cell 1", 1, COLUMN),)),))
    (found, *_) = mends(student, slice, MAP, Trouble("ValueError", "no", Place("cell 1", 3)))

    assert found.words == "`weight_fc[:, idx % 512]` read as `weight_fc[idx, :]`"
    assert found.lines == ("class_weights",)


def test_a_network_is_not_asked() -> None:
    student: Any = Answering("")
    slice = Slice((Module("submission", (Chunk("cell 1", 1, "class FCN8s: pass"),)),))

    assert list(mends(student, slice, "FCN8s", Trouble("IndexError", "no", None))) == []


def test_no_more_is_tried_than_there_is_time_for() -> None:
    student: Any = Answering("weight_fc[idx]")
    slice = Slice((Module("submission", (Chunk("cell 1", 1, ROW),)),))
    trouble = Trouble("IndexError", "no", Place("cell 1", 2))

    assert list(mends(student, slice, MAP, trouble, lambda: False)) == []
    assert list(mends(student, slice, MAP, trouble))
