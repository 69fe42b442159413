"""Part 4: class activation maps."""

from __future__ import annotations

from dataclasses import replace

from grader.assignment import CAM, PREDICT, WEIGHT
from grader.checks import expect, reported
from grader.checks.form import check_dtype, check_shape, must_not_be, needless_in
from grader.checks.last_cell import check_maps, check_weight_fc
from grader.checks.prediction import check_cls_index, check_cls_name, check_cls_probability, check_cls_return
from grader.diagnosis.cam import Verdict
from grader.diagnosis.causes import because, merge
from grader.errors import Blocked
from grader.evidence import needless
from grader.evidence.maps import MapEvidence
from grader.evidence.questions import MAPS, Maps, falsify
from grader.evidence.shown import plain
from grader.records.reason import Reason
from grader.records.submission import SavedEvidence

__all__ = [
    "check_cls_index",
    "check_cls_name",
    "check_cls_probability",
    "check_cls_return",
    "check_dtype",
    "check_maps",
    "check_shape",
    "check_weight_fc",
]

# --- returnCAM --------------------------------------------------------------------------------------


def check_weighted_sum(maps: MapEvidence) -> None:
    """The map is the features' sum over channels, each times its weight."""
    unread = because("map.unread", got=maps.unread, expected="an array", actual=maps.unread)
    expect.that(not maps.unread, unread)
    answer = maps.answers[0].answer  # what returnCAM raises is told here; the other lines are blocked by it
    verdict = maps.verdict
    if verdict is None:
        got = str(answer.shape)
        expect.that(
            plain(answer) is not None or answer.ndim == 3,
            because("map.none", got=got, expected=str(maps.asked.size), actual=got),
        )
        if maps.follows_sum:
            return
        help = f"Compare your 7x7 map with ({WEIGHT}[idx] * feature_conv).sum over the 512 channels."
        unknown = "sum.flat" if maps.is_flat else "sum.unknown"
        expect.fail(because(unknown, help=help, actual=_extremes(maps)))
    must_not_be([*needless_in(maps, needless.SUM), *_summed_otherwise(verdict)])
    if maps.refused and not verdict.classes:  # else the class line says which one is asked for
        raise maps.refused
    _falsify_maps(maps)


def _summed_otherwise(verdict: Verdict) -> list[Reason]:
    """The known wrong steps of a sum, told as one."""
    if not verdict.sums:
        return []
    expected = "sum over c of weight[c] * feature[c]"
    steps = [because("sum.way", got=step, expected=expected) for step in verdict.sums.split("; ")]
    return [replace(merge(steps), text=f"weighted sum: {verdict.sums}")]


def check_class_weights(maps: MapEvidence) -> None:
    """The weights are the predicted class's row of weight_fc."""
    verdict = maps.verdict
    if verdict is None:
        if maps.follows_sum:
            return
        raise Blocked("the map can't be explained, see cam.weighted_sum")
    expected = f"{WEIGHT}[idx], idx being what {PREDICT} returned"
    expect.that(not verdict.classes, because("class.way", got=verdict.classes, expected=expected))


def check_normalise(maps: MapEvidence) -> None:
    """The map is stretched so that its minimum becomes 0 and its maximum 255."""
    verdict = maps.verdict
    actual = _extremes(maps)
    if verdict is not None:
        _, operation, place, cause, *_ = maps.explained
        told = f"`{operation}` leaves nothing of the sum" if operation and not cause else verdict.stretch
        text = f"normalisation: {told}"
        wrong = because(
            "stretch.way",
            text=text,
            got=verdict.stretch,
            expected="0 to 255",
            actual=actual,
            place=None if cause else place,
        )
        steps = [wrong] if verdict.stretch else []
        must_not_be([*needless_in(maps, needless.STRETCH), *steps])
        return
    if not maps.follows_sum:
        raise Blocked("the map can't be explained, see cam.weighted_sum")
    if maps.is_stretched:
        return
    if got := maps.straight_range:
        expect.fail(
            because("stretch.way", got=f"normalised to about {got}", expected="0 to 255", actual=actual)
        )
    unknown = "stretch.straight" if maps.is_linear else "stretch.bent"
    expect.fail(because(unknown, expected="0 to 255", actual=actual))


def _extremes(maps: MapEvidence) -> str:
    low, high = maps.extremes
    return f"values from {low:.4g} to {high:.4g}"


def _falsify_maps(maps: MapEvidence) -> None:
    """Look for an input that the panel of questions missed."""
    verdict = maps.verdict
    if verdict is None or verdict.faults or maps.explained.cause or maps.beside_enlarging:
        return

    def right(question: Maps) -> None:
        text = f"the map is wrong for {question}"
        expect.that(maps.is_right(question), because("sum.some", text=text, actual=str(question)))

    falsify(MAPS, right, maps.seed)


def check_inputs_kept(maps: MapEvidence) -> None:
    """returnCAM doesn't modify its inputs."""
    maps.need()

    def kept(question: Maps) -> None:
        reply = maps.map(question) if maps.refused is None else maps.unless_out_of_range(question)
        expect.that(
            reply is None or reply.value.kept,
            because(
                "inputs.changed",
                help="Work on a copy: `a = a - b` makes one, `a -= b` does not.",
                expected=f"feature_conv and {WEIGHT} as they were",
                actual=f"changed, for {question}",
            ),
        )

    falsify(MAPS, kept, maps.seed)


# --- the notebook's outputs ---------------------------------------------------------------------------


def check_reported_predictions(saved: SavedEvidence) -> None:
    """Both predictions are printed in the notebook."""
    reported.need_outputs(saved)
    found = len(saved.predictions)
    wrong = because("reported.predictions", got=found, want=2, expected="2", actual=str(found))
    expect.that(found >= 2, wrong)


def check_reported_figures(saved: SavedEvidence) -> None:
    """Both maps are shown in the notebook."""
    reported.figures(saved, CAM, wanted=2)
