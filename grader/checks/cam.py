"""Part 4: class activation maps."""

from __future__ import annotations

import numpy as np

from grader import expect
from grader.checks import reported
from grader.diagnosis.prediction import TOLERANCE, wrong_index, wrong_probability
from grader.errors import Blocked
from grader.evidence.cam import PRINTED, CamEvidence, plain
from grader.evidence.case import Case
from grader.evidence.last_cell import LastCell
from grader.evidence.questions import LOGITS, MAPS, PANEL, Logits, Maps, falsify
from grader.records import SavedEvidence
from reference.cam import SIZE, get_cls_pred, softmax

# --- get_cls_pred -----------------------------------------------------------------------------------


def check_cls_index(maps: CamEvidence) -> None:
    """get_cls_pred returns the index of the most probable class."""
    maps.predict(Logits(0, 5, 0.0, 3.0))  # what it raises is told here; the other lines are blocked by it

    def right(question: Logits) -> None:
        value = index_of(maps, question)
        if value is None:
            value = printed_index(maps, question)  # the return line pays for its form
        if value is None:
            raise Blocked("the index can't be read, see cam.cls_return")
        wanted = question.index
        logit = question.array(maps.seed)[0]
        expect.that(
            value == wanted,
            f"the index is {value}, the most probable class is {wanted}{wrong_index(value, logit)}",
            expected=str(wanted),
            actual=f"{value}, for {question}",
        )

    falsify(LOGITS, right, maps.seed)


def index_of(maps: CamEvidence, question: Logits) -> int | None:
    """Return the one index that an answer holds, whatever its form; None where there isn't one."""
    value = maps.predict(question).arrays.get("value")
    if value is None or value.dtype == np.bool_ or not np.issubdtype(value.dtype, np.number):
        return None
    flat = value.reshape(-1)
    if flat.size == 1 and np.isfinite(flat[0]) and float(flat[0]).is_integer():
        return int(flat[0])
    return int(flat[0]) if 1 < flat.size <= 10 and np.issubdtype(flat.dtype, np.integer) else None


def printed_index(maps: CamEvidence, question: Logits) -> int | None:
    """Return the index of the class whose name is printed."""
    printed = PRINTED.search(str(maps.predict(question).value.get("printed", "")))
    name = printed[2].strip() if printed else ""
    return maps.labels.index(name) if name in maps.labels else None


def check_cls_probability(maps: CamEvidence) -> None:
    """get_cls_pred prints the softmax probability of the class."""
    maps.prediction  # noqa: B018 - raises Blocked

    def right(question: Logits) -> None:
        printed = PRINTED.search(str(maps.predict(question).value.get("printed", "")))
        if printed is None:
            expect.fail(
                "nothing like `top1 prediction: 0.444 -> name` is printed",
                expected="top1 prediction: ... -> ...",
            )
        logit = question.array(maps.seed)
        wanted, _, _ = get_cls_pred(logit, maps.labels)
        named = printed_index(maps, question)  # of another class: the index line pays for that
        allowed = [wanted] if named is None else [wanted, float(softmax(logit)[0, named])]
        try:
            value = float(printed[1])
        except ValueError:
            expect.fail(f"the printed probability is {printed[1]}, not a number")
        expect.that(
            min(abs(value - right) for right in allowed) <= TOLERANCE,
            f"the printed probability is {value:g}, the softmax gives {wanted:.3f}"
            + wrong_probability(value, question.array(maps.seed)[0]),
            expected=f"{wanted:.3f}",
            actual=f"{printed[1]}, for {question}",
        )

    falsify(LOGITS, right, maps.seed)


def check_cls_name(maps: CamEvidence) -> None:
    """get_cls_pred prints the name of the class that it returns."""
    maps.prediction  # noqa: B018 - raises Blocked

    def right(question: Logits) -> None:
        printed = PRINTED.search(str(maps.predict(question).value.get("printed", "")))
        if printed is None:
            expect.fail("no class name is printed", expected="top1 prediction: ... -> <name>")
        index = index_of(maps, question)
        named = {maps.labels[question.index]}
        if index is not None and 0 <= index < len(maps.labels):
            named.add(maps.labels[index])  # a wrong index was paid for already
        name = printed[2].strip()
        expect.that(
            name in named,
            f"the printed name is {name!r}, the class is called {maps.labels[question.index]!r}",
            expected=maps.labels[question.index],
            actual=f"{name}, for {question}",
        )

    falsify(LOGITS, right, maps.seed)


def check_cls_return(maps: CamEvidence) -> None:
    """get_cls_pred returns one index that returnCAM accepts: shape (1,) or (), tensor, array or int."""
    value = maps.prediction.value
    shape = tuple(value.get("shape", ()))
    expect.that(
        bool(maps.form),
        f"get_cls_pred returns a {value.get('type')} of shape {shape}{_kind(maps)}, it must return one index",
        expected="an index of shape (1,), or a single number",
        actual=f"{value.get('type')} {value.get('text', '')[:120]}",
    )


def _kind(maps: CamEvidence) -> str:
    index = maps.prediction.arrays.get("value")
    return "" if index is None or index.dtype.kind in "iu" else f" and dtype {index.dtype}"


# --- returnCAM --------------------------------------------------------------------------------------


def check_weighted_sum(maps: CamEvidence) -> None:
    """The map is the features' sum over channels, each times its weight."""
    maps.working_form  # noqa: B018 - what returnCAM raises is told here; the other lines are blocked by it
    answer = maps.panel[0].answer
    expect.that(
        plain(answer) is not None or answer.ndim == 3,
        f"returnCAM returns an array of shape {answer.shape}, not a map",
        expected="(256, 256)",
        actual=str(answer.shape),
    )
    verdict = maps.verdict
    if verdict is None:
        if maps.follows_sum:
            return
        expect.fail(
            "the map is not the weighted sum of the features, and no known fault gives it",
            help="Compare your 7x7 map with (weight_fc[idx] * feature_conv).sum over the 512 channels.",
        )
    expect.that(
        not verdict.sums, f"weighted sum: {verdict.sums}", expected="sum over c of weight[c] * feature[c]"
    )
    _falsify_maps(maps)


def check_class_weights(maps: CamEvidence) -> None:
    """The weights are the predicted class's row of weight_fc."""
    maps.panel  # noqa: B018 - raises Blocked
    verdict = maps.verdict
    if verdict is None:
        if maps.follows_sum:
            return
        raise Blocked("the map can't be explained, see cam.weighted_sum")
    expect.that(
        not verdict.classes,
        f"{verdict.classes}",
        expected="weight_fc[idx], idx being what get_cls_pred returned",
    )


def check_normalise(maps: CamEvidence) -> None:
    """The map is stretched so that its minimum becomes 0 and its maximum 255."""
    maps.panel  # noqa: B018 - raises Blocked
    verdict = maps.verdict
    low, high = maps.extremes
    actual = f"values from {low:.4g} to {high:.4g}"
    if verdict is not None:
        expect.that(
            not verdict.stretch, f"normalisation: {verdict.stretch}", expected="0 to 255", actual=actual
        )
        return
    if not maps.follows_sum:
        raise Blocked("the map can't be explained, see cam.weighted_sum")
    expect.fail(
        "normalisation: the map is not stretched linearly to [0, 255]", expected="0 to 255", actual=actual
    )


def _falsify_maps(maps: CamEvidence) -> None:
    """Look for an input that the panel of questions missed."""
    verdict = maps.verdict
    if verdict is None or verdict.classes or verdict.sums or verdict.stretch:
        return

    def right(question: Maps) -> None:
        expect.that(maps.is_right(question), f"the map is wrong for {question}", actual=str(question))

    falsify(MAPS, right, maps.seed)


def check_shape(maps: CamEvidence) -> None:
    """The map is (256, 256)."""
    shape = maps.panel[0].answer.shape
    expect.that(
        shape == SIZE, f"the map is {shape}, it must be {SIZE}", expected=str(SIZE), actual=str(shape)
    )


def check_dtype(maps: CamEvidence) -> None:
    """The map is uint8."""
    dtype = maps.panel[0].answer.dtype
    kind = maps.map(PANEL[0]).value.get("type")
    expect.that(
        kind == "ndarray", f"returnCAM returns a {kind}, not an array", expected="numpy array", actual=kind
    )
    expect.that(
        dtype == np.uint8, f"the map is {dtype}, it must be uint8", expected="uint8", actual=str(dtype)
    )


def check_inputs_kept(maps: CamEvidence) -> None:
    """returnCAM doesn't modify its inputs."""
    maps.panel  # noqa: B018 - raises Blocked

    def kept(question: Maps) -> None:
        expect.that(
            bool(maps.map(question).value.get("kept")),
            "returnCAM changes the arrays that it is given",
            help="Work on a copy: `a = a - b` makes one, `a -= b` does not.",
            expected="feature_conv and weight_fc as they were",
            actual=f"changed, for {question}",
        )

    falsify(MAPS, kept, maps.seed)


# --- the last cell ----------------------------------------------------------------------------------


def check_weight_fc(case: Case) -> None:
    """weight_fc is the fc layer's weight as a numpy array (1000, 512)."""
    LastCell(case.cam).check_weight()


def check_maps(case: Case) -> None:
    """The maps that the last cell makes of both images are right."""
    cell = LastCell(case.cam)
    case.pictures += cell.pictures()
    cell.check_maps()


# --- the notebook's outputs ---------------------------------------------------------------------------


def check_reported_predictions(saved: SavedEvidence) -> None:
    """Both predictions are printed in the notebook."""
    reported.need_outputs(saved)
    found = len(saved.predictions)
    expect.that(
        found >= 2, f"{found} predictions in the outputs, 2 expected", expected="2", actual=str(found)
    )


def check_reported_figures(saved: SavedEvidence) -> None:
    """Both maps are shown in the notebook."""
    reported.figures(saved, "cam", wanted=2)
