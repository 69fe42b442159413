"""A fault without a line of its own is shown where its subject is defined."""

from __future__ import annotations

import pytest

from grader.intake.code.definitions import definition, home, wanted
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CHUNKS = (
    Chunk("cell 3", 1, "import torch"),
    Chunk("cell 3", 4, "class FCN32s:\n    pass"),
    Chunk("cell 5", 2, "class FCN32s:\n    pass"),
    Chunk("cell 9", 7, "if True:\n    def returnCAM(a, b, c):\n        return a"),
)
SLICE = Slice((Module("submission", CHUNKS),), weight_fc=(Chunk("cell 12", 30, "weight_fc = w"),))


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("fcn32s.gradients", Place("cell 5", 2)),
        ("cam.normalise", Place("cell 9", 8)),
        ("cam.maps", Place("cell 12", 30)),
        ("cam.cls_name", None),
        ("fcn8s.build", None),
        ("fcn32s.reported_test", None),
        ("questions.question1", None),
    ],
)
def test_a_line_is_at_home_where_its_subject_is_defined(line: str, place: Place | None) -> None:
    """The last definition counts; what is not defined, or is about outputs, has no home."""
    assert home(SLICE, line) == place


def test_a_step_is_at_home_in_what_a_name_stands_for() -> None:
    """In a method that it is bound to, or in what that calls; not where the ends are only given names."""
    source = (
        "class Map:\n    def explain(self, f, w, i):\n        return self.to_bytes(w[i] @ f)\n\n"
        "    def to_bytes(self, cam):\n        low, high = cam.min(), cam.max()\n"
        "        return np.uint8(255 * (cam - low) / high)\n"
    )
    chunks = (Chunk("cell 9", 1, source), Chunk("cell 9", 9, "returnCAM = Map().explain"))
    slice = Slice((Module("submission", chunks),))

    assert home(slice, "cam.normalise") == Place("cell 9", 7)
    assert home(slice, "cam.class_weights") == Place("cell 9", 3)
    assert home(slice, "cam.inputs_kept") == Place("cell 9", 2)


def test_a_name_that_is_only_used_is_no_definition() -> None:
    """A call is not where a function is made."""
    assert (
        definition(Slice((Module("submission", (Chunk("cell 1", 1, "returnCAM(1)"),)),)), "returnCAM") is None
    )


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("fcn8s.build", Place("cell 7", 2)),
        ("cam.cls_name", Place("cell 9", 8)),
        ("cam.reported_figures", None),
        ("fcn32s.reported_scratch", Place("cell 10", 1)),
        ("fcn8s.reported_scratch", Place("cell 7", 2)),
        ("fcn8s.reported_test", Place("cell 8", 1)),
        ("questions.question1", None),
    ],
)
def test_what_is_missing_is_wanted_where_it_is_first_named(line: str, place: Place | None) -> None:
    """Else beside the function that the handout defines in the same cell; outputs where it is used."""
    texts = {
        "cell 3": "import torch",
        "cell 7": "# train\nmodel = FCN8s(n_class=12)",
        "cell 8": "model = FCN8s(12)",
        "cell 9": "class FCN8s:",
        "cell 10": "best = Trainer(model, loaders)",
    }

    assert wanted(texts, SLICE, line) == place
