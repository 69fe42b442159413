"""The function of a map is written without one operation, and keeps its lines."""

from __future__ import annotations

from grader.mending.uncut import without_one
from grader.records.submission import Chunk, Module, Slice

SOURCE = """\
def returnCAM(features, weight, idx):
    cam = weight[idx] @ features  # in
    # two lines
    cam[cam < 3] = 0
    return cv2.threshold(cam, 3, 9, 4)[1]
"""


def test_each_operation_is_left_out_in_its_place() -> None:
    """A statement that cuts, and what a call is given where one of two results is taken."""
    chunk = Chunk("cell 7", 11, SOURCE)
    found = list(without_one(Slice((Module("submission", (chunk,)),)), "returnCAM"))
    written = {each.slice.modules[0].chunks[0].source for each in found}

    assert SOURCE.replace("cam[cam < 3] = 0", "pass") in written
    assert SOURCE.replace("cv2.threshold(cam, 3, 9, 4)[1]", "(cam)") in written
    assert next(each.place.line for each in found if each.words == "cam[cam < 3] = 0") == 14
    assert all(each.instead[0].chunks[0].line == 11 for each in found)


def test_of_another_function_nothing_is_left_out() -> None:
    assert not list(
        without_one(Slice((Module("submission", (Chunk("cell 7", 1, SOURCE),)),)), "get_cls_pred")
    )


def test_what_is_nested_too_deeply_is_left_as_it_is() -> None:
    """It can't be written again."""
    deep = "def returnCAM(features, weight, idx):\n    return idx" + " + idx" * 900 + "\n"

    assert not list(without_one(Slice((Module("submission", (Chunk("cell 7", 1, deep),)),)), "returnCAM"))
