"""What a slip costs is the line of the step that it is in, or that its function is called for."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from grader.mending.charging import check_at, paying
from grader.mending.stepping import chooses
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from tests.grader.mending.a_map import LOOP, MAP, PREDICT


@pytest.mark.parametrize(
    ("source", "name", "code", "check"),
    [
        (MAP, "returnCAM", "bz, nc, h, w", None),
        (MAP, "returnCAM", "row = rows[idx]", "class_weights"),
        (MAP, "returnCAM", "row @ features", "weighted_sum"),
        (MAP, "returnCAM", "cam.reshape(h, w)", "weighted_sum"),
        (MAP, "returnCAM", "cam / cam.max()", "normalise"),
        (MAP.replace("cam.min()", "np.least(cam)"), "returnCAM", "np.least", "normalise"),
        (LOOP, "returnCAM", "for k in range(nc + 1)", "weighted_sum"),
        (LOOP, "returnCAM", "cam += row[k]", "weighted_sum"),
        (MAP, "returnCAM", "np.uint8", "dtype"),
        (MAP, "returnCAM", "cv2.resize", "shape"),
        (PREDICT, "get_cls_pred", "softmax", "cls_probability"),
        (PREDICT, "get_cls_pred", "print", "cls_name"),
        (PREDICT, "get_cls_pred", "return top", "cls_return"),
    ],
)
def test_a_line_is_of_the_step_that_was_begun_last(
    source: str, name: str, code: str, check: str | None
) -> None:
    """Of a slip in it, that step's line of the rubric pays."""
    source = source.replace("def heat", "def returnCAM").replace("def best", "def get_cls_pred")
    line = next(number for number, row in enumerate(source.splitlines(), 1) if code in row)

    function = next(node for node in ast.walk(ast.parse(source)) if getattr(node, "name", "") == name)

    assert isinstance(function, ast.FunctionDef) and check_at(function, name, line) == check


def test_what_brings_weights_to_a_range_before_the_sum_normalises_no_map() -> None:
    source = MAP.replace("row = rows[idx]", "row = rows[idx]\n    row = row - row.min()")
    function = ast.parse(source).body[0]
    line = next(number for number, row in enumerate(source.splitlines(), 1) if "row.min()" in row)

    assert isinstance(function, ast.FunctionDef) and check_at(function, "returnCAM", line) == "class_weights"


@pytest.mark.parametrize("binds", ["returnCAM = Cam().run", "returnCAM = lambda f, w, i: Cam().run(f, w, i)"])
def test_a_slip_in_a_method_behind_a_name_costs_its_step(binds: str) -> None:
    """As in the function itself."""
    run = indent(MAP.replace("def heat(", "def run(self, "), "    ")
    source = f"class Cam:\n{run}\n{binds}\n"
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))
    line = next(number for number, row in enumerate(source.splitlines(), 1) if "row @ features" in row)

    assert paying(slice, "returnCAM", Place("cell 1", line)) == ("cam.weighted_sum",)
    assert chooses(slice, "returnCAM")


HELPERS = dedent("""\
    def total(f, w):
        return np.dotty(w, f)

    def shift(m):
        return m - m.lowest()

    def stretch(m):
        low = m.lowest()
        m = shift(m)
        return np.uint8(255 * m)

    def enlarge(m):
        large = np.zeros(256, 256)
        large = cv2.resize(m, (256, 256))
        return large

    def finish(m):
        return m.done()

    def returnCAM(features, rows, idx):
        row = rows[idx]
        cam = total(features, row)
        cam = row @ features.reshape(512, 49)
        cam = stretch(cam)
        cam = enlarge(cam)
        return finish(cam)
""")


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("np.dotty", ()),  # as of the whole function: the weighted sum
        ("return m - m.lowest()", ("cam.normalise",)),
        ("low = m.lowest()", ("cam.normalise",)),
        ("large = np.zeros", ("cam.shape",)),
        ("m.done()", ("cam.shape",)),
        ("cam = stretch(cam)", ("cam.normalise",)),
        ("cam = enlarge(cam)", ("cam.shape",)),
    ],
)
def test_a_slip_in_a_helper_costs_what_it_is_called_for(code: str, lines: tuple[str, ...]) -> None:
    """Where its own line takes no step: those below, or those of where it is called."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, HELPERS),)),))
    line = next(number for number, row in enumerate(HELPERS.splitlines(), 1) if code in row)

    assert paying(slice, "returnCAM", Place("cell 1", line)) == lines
