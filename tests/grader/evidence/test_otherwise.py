"""What shows of part 4 once statements are read otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from grader.diagnosis.cam import Case, Verdict
from grader.diagnosis.normalising import UNSCALED
from grader.diagnosis.ways import HALF, weighted
from grader.errors import StudentDied
from grader.evidence.otherwise import (
    SPOILT,
    AskMaps,
    cell_of_one,
    cell_with_weight,
    explained,
    in_full,
    is_flat,
    is_over_batch,
    mended_cell,
)
from grader.evidence.questions import PANEL, Maps
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from grader.wall.answers import Reply
from grader.wall.values import SourceLine
from grader.wall.verbs import Cell, Failure, Returned
from tests.grader.diagnosis.test_cam import cases, enlarged
from tests.grader.in_process import Refusing

CASE = Case(np.ones((4, 7, 7)), np.ones((9, 4)), 3, np.zeros((256, 256), np.uint8))
CELL = Chunk("cell 3", 1, "weight_fc = net.fc.weight.numpy()")
FAILED = Failure(SourceLine("cell 3", 1), "RuntimeError", "it requires grad", SourceLine("cell 3", 1))


def test_a_flat_map_has_one_value() -> None:
    """Of all, none may differ."""
    other = replace(CASE, answer=np.arange(65536).reshape(256, 256))
    broken = replace(CASE, answer=np.full((256, 256), np.nan))
    assert is_flat([CASE, broken]) and not is_flat([CASE, other])


def test_nothing_is_explained_by_a_submission_that_computes_nothing() -> None:
    """Its function has no operation to be left out."""
    source = "def returnCAM(feature_conv, weight_fc, idx):\n    return None"
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))
    assert explained(lambda *_: [CASE], slice, [CASE], nothing=True).verdict is None


def test_an_operation_without_which_maps_follow_the_sum_spoils_them() -> None:
    """Even where no known steps give those maps; which stand in no straight line of the sum here."""
    source = "def returnCAM(feature_conv, weight_fc, idx):\n    return feature_conv * 0"
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))
    right = cases(lambda f, w, i: enlarged(bent(weighted(f, w[i]))))[:3]
    flat = [replace(case, answer=np.zeros((256, 256), np.uint8)) for case in right]

    def ask(instead: tuple[Module, ...], questions: Sequence[object]) -> list[Case]:
        spoilt = not instead or "* 0" in instead[-1].chunks[-1].source
        return (flat if spoilt else right)[: len(questions)]

    found = explained(ask, slice, flat, nothing=True)

    assert (found.verdict, found.operation, found.place) == (SPOILT, "feature_conv * 0", Place("cell 1", 2))


def bent(raw: NDArray[Any]) -> NDArray[np.float64]:
    """Levels along a curve that no known fault has."""
    share = (raw - raw.min()) / (raw.max() - raw.min())
    return np.asarray(40 + 100 * (share + share**5))


def test_a_cell_that_can_not_be_mended_is_what_it_was() -> None:
    """Also where the worker dies of a change of it."""
    reply = Reply(Cell(Returned(""), (), (FAILED,)), {})
    student = Refusing(StudentDied("gone"))
    assert mended_cell(student, Slice(cam_cell=(CELL,)), reply) is reply
    assert student.asked == ["cam_cell"]


class Answering:
    """A student that answers every request with the same reply."""

    def __init__(self, reply: Reply[Any]) -> None:
        self.reply = reply

    def ask(self, *_: object, **__: object) -> Reply[Any]:
        """Give it."""
        return self.reply


def test_a_change_of_the_cell_counts_only_where_nothing_fails_then() -> None:
    """Else the cell is judged as it was written."""
    first = Reply(Cell(Returned(""), (), (FAILED,)), {})
    failing, whole = Reply(first.value, {}), Reply(Cell(Returned(""), (), ()), {})
    slice = Slice(cam_cell=(CELL,))
    assert mended_cell(Answering(failing), slice, first) is first
    assert mended_cell(Answering(whole), slice, first) is whole


FLAT = """
def returnCAM(feature_conv, weight_fc, idx):
    cam = 0 * (weight_fc[idx] @ feature_conv.reshape(512, 49)).reshape(7, 7)
    return cv2.resize(np.uint8(cam), (256, 256))
"""
GUESSES = ("feature_conv[0].mean(0)", "feature_conv[0].max(0)", "weight_fc[:7, :7]", "feature_conv[0, 0]")
GUESSING = FLAT.replace("0 *", " + ".join(f"0 * {guess}" for guess in GUESSES) + " + 0 *")
TWO = FLAT.replace("0 *", f"0 * {GUESSES[3]} + 0 *")
KNOWING = """
def returnCAM(feature_conv, weight_fc, idx, run=RUNS.append(1)):
    cam = (weight_fc[idx] @ feature_conv.reshape(512, 49)).reshape(7, 7)
    cam = (cam - cam.min()) / (cam.max() - cam.min()) * 255 if len(RUNS) > 1 else cam * 0
    return cv2.resize(cam.astype(np.uint8), (256, 256))
"""


IN_0_TO_1 = """
def returnCAM(feature_conv, weight_fc, idx):
    cam = (weight_fc[idx, :256] @ feature_conv.reshape(512, 49)[:256]).reshape(7, 7)
    cam = (cam - cam.min()) / (cam.max() - cam.min())
    return cv2.resize(np.uint8(cam), (256, 256))
"""


@pytest.mark.parametrize(
    ("source", "sums"),
    [(IN_0_TO_1, HALF), (IN_0_TO_1.replace("256]", "512]"), "")],
)
def test_what_bytes_of_0_and_1_hide_shows_in_floats(source: str, sums: str) -> None:
    """Beside the range, which both show."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))

    assert in_full(_asking(source), slice, Verdict("", "", UNSCALED)) == Verdict("", sums, UNSCALED)


@pytest.mark.parametrize(("source", "told"), [(FLAT, "0 * "), (GUESSING, ""), (TWO, ""), (KNOWING, "")])
def test_one_answer_is_believed_that_does_not_know_how_it_is_run(source: str, told: str) -> None:
    """Not one of many guesses or of two, nor what is right only once it is run again."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))
    ask = _asking(source)
    found = explained(ask, slice, ask((), PANEL), nothing=True)

    assert (found.verdict is not None) == bool(told)
    assert found.operation.startswith(told)


def _asking(source: str) -> AskMaps:
    """A function of a map in this process, asked as it stands or otherwise."""
    space = {"np": np, "cv2": cv2, "RUNS": []}
    exec(source, space)
    answers: dict[Maps, Case] = {}

    def ask(instead: tuple[Module, ...], questions: Sequence[Maps]) -> list[Case]:
        run = dict(space)
        for module in instead:
            for chunk in module.chunks:
                exec(chunk.source, run)
        for one in () if instead else questions:
            answers[one] = answers.get(one) or _case(one, space["returnCAM"])
        with suppress(Exception):  # of what code may raise that was changed
            return [_case(one, run["returnCAM"]) if instead else answers[one] for one in questions]
        return []

    return ask


def _case(question: Maps, function: Any) -> Case:
    features, weight = question.arrays(0)
    answer = function(features, weight, question.index)
    return Case(features[0].astype(np.float64), weight.astype(np.float64), question.index, answer)


def test_code_that_is_too_deep_to_be_written_again_stays_as_it_is() -> None:
    """It tells nothing more, and ends no check."""
    deep, student = " + ".join(["x"] * 1500), Refusing(StudentDied("it was asked"))
    cell = f"net = resnet18({deep})\nheat = returnCAM(x, {deep}, 3)\n"
    predict = Chunk("cell 1", 1, f"def get_cls_pred(logit):\n    return logit.sum({deep})\n")
    slice = Slice((Module("submission", (predict,)),), cam_cell=(Chunk("cell 3", 1, cell),))
    reply = Reply(Cell(Returned(""), (), ()), {})

    assert cell_of_one(student, slice, ("returnCAM",), reply) is reply
    assert cell_with_weight(student, slice) is None
    assert not is_over_batch(student, slice, 0, ())
