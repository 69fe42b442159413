"""Part 4: the prediction of `get_cls_pred`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.assignment import TOP1_LINE
from grader.checks import expect
from grader.diagnosis.causes import because
from grader.diagnosis.prediction import (
    ALWAYS_1,
    BY_SIGMOID,
    CLASS_0,
    OTHER,
    OVER_BATCH,
    TOLERANCE,
    is_saturated,
    is_told,
    names_of,
    names_of_probability,
    wrong_probability,
)
from grader.errors import Blocked
from grader.evidence.cam import PRINTED, CamEvidence
from grader.evidence.printed import Printed, read_printed, uncoloured
from grader.evidence.questions import CLASSES_ASKED, LOGITS, Logits, falsify
from reference.cam import get_cls_pred, softmax

NEGATIVE = Logits(1, 7, -20.0, 1.0)


def check_cls_index(maps: CamEvidence) -> None:
    """get_cls_pred returns the index of the most probable class."""
    maps.predict(CLASSES_ASKED[0])  # what it raises is told here; the other lines are blocked by it

    def right(question: Logits) -> None:
        value = index_of(maps, question)
        if value is None:
            value = printed_index(maps, question)  # its form is the cause index.form
        if value is None:
            raise Blocked("the index can't be read, see cam.cls_return")
        wanted = question.index
        logit = question.array(maps.seed)[0]
        got = _what_index(maps, value, logit)
        text = f"the index is {value}, the most probable class is {wanted}: it is that of {got}{_hint(got)}"
        actual = f"{value}, for {question}"
        expect.that(
            value == wanted
            or _is_by_sigmoid(maps, question, value, logit)
            or (_is_always_1(maps, question) and maps.is_over_batch),  # `probability.value`
            because("index.class", got=got, text=text, expected=str(wanted), actual=actual),
        )

    falsify(LOGITS, right, maps.seed)
    right(NEGATIVE)  # whatever was drawn: an order of absolute values is another one here


def _hint(got: str) -> str:
    """Return what else is 0 whatever the logits."""
    return ", as is the best one's rank in a sorted list" if got == CLASS_0 else ""


def _what_index(maps: CamEvidence, value: int, logit: NDArray[np.float32]) -> str:
    """Return what a wrong index is: what fits other questions, too, if anything does."""
    names = names_of(value, logit)
    asked = [(index_of(maps, each), each.array(maps.seed)[0]) for each in CLASSES_ASKED]
    others = [names_of(own, seen) for own, seen in asked if own is not None]
    if not names and {own for own, _ in asked} == {value}:
        return f"class {value}, whatever the logits"
    fits = [name for name in names if all(name in other for other in others)]
    return next(iter([*fits, *names]), OTHER)


def _is_by_sigmoid(maps: CamEvidence, question: Logits, index: int, logit: NDArray[np.float32]) -> bool:
    """Return whether an index is wrong since a sigmoid is 1 for several classes: `probability.value`."""
    numbers = printed(maps, question).numbers
    return is_saturated(index, logit) and any(
        wrong_probability(number, logit) == BY_SIGMOID for number in numbers
    )


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
    """Return the index of the class whose name is printed first."""
    names = [name for name in printed(maps, question).names if name in maps.labels]
    return maps.labels.index(names[0]) if names else None


def printed(maps: CamEvidence, question: Logits) -> Printed:
    """Return the name and the probability that were printed: the assignment's line, else in any words."""
    text = uncoloured(maps.predict(question).value.printed)
    line = PRINTED.search(text)
    if line is None:
        return read_printed(text, maps.labels)
    names = read_printed(line[2], maps.labels).names[:1] or (line[2].strip(),)  # a full stop may follow
    try:
        return Printed(names, (float(line[1]),), line[0])
    except ValueError:
        return Printed(names, (), line[0])


def check_cls_probability(maps: CamEvidence) -> None:
    """get_cls_pred prints the softmax probability of the class."""
    maps.need_prediction()

    def right(question: Logits) -> None:
        shown = printed(maps, question)
        if not shown.numbers:
            expect.fail(because("probability.missing", expected=TOP1_LINE, actual=shown.text or "nothing"))
        logit = question.array(maps.seed)
        wanted, _, _ = get_cls_pred(logit, maps.labels)
        other = _spoken_of(maps, question, logit[0])  # that it is another one has a line of its own
        allowed = [wanted] if other is None else [wanted, float(softmax(logit)[0, other])]
        value = shown.numbers[0]
        got = _what_probability(maps, question, value, logit[0])
        text = f"the printed probability is {value:g}, the softmax gives {wanted:.3f}: it is {got}"
        expected, actual = f"{wanted:.3f}", f"{value:g}, for {question}"
        expect.that(
            min(abs(value - right) for right in allowed for value in shown.numbers) <= TOLERANCE,
            because("probability.value", got=got, text=text, expected=expected, actual=actual),
        )

    falsify(LOGITS, right, maps.seed)


def _what_probability(maps: CamEvidence, question: Logits, value: float, logit: NDArray[np.float32]) -> str:
    """Return what a wrong probability is: what fits other questions, too, if anything does."""
    if _is_always_1(maps, question):
        return OVER_BATCH if maps.is_over_batch else ALWAYS_1
    names = names_of_probability(value, logit)
    asked = ((printed(maps, each).numbers[:1], each.array(maps.seed)[0]) for each in CLASSES_ASKED)
    others = [names_of_probability(numbers[0], seen) for numbers, seen in asked if numbers]
    fits = [name for name in names if all(name in other for other in others)]
    return next(iter([*fits, *names]), OTHER)


def _is_always_1(maps: CamEvidence, *more: Logits) -> bool:
    """Return whether 1 is printed for every class, as by a softmax over an axis of length one."""
    return all(1.0 in printed(maps, question).numbers[:1] for question in (*CLASSES_ASKED, *more))


def _spoken_of(maps: CamEvidence, question: Logits, logit: NDArray[np.float32]) -> int | None:
    """Return the class whose probability is printed: that of the name, or of an index that was told."""
    named = printed_index(maps, question)
    if named is not None:
        return named
    index = index_of(maps, question)
    if index is None or not 0 <= index < len(maps.labels):
        return None
    return index if is_told(index, logit) else None


def check_cls_name(maps: CamEvidence) -> None:
    """get_cls_pred prints the name of the class that it returns."""
    maps.need_prediction()

    def right(question: Logits) -> None:
        shown = printed(maps, question)
        if not shown.names:
            expect.fail(because("name.missing", expected=TOP1_LINE, actual=shown.text or "nothing"))
        index, named = index_of(maps, question), {maps.labels[question.index]}
        means = _means
        if index is None:  # the cause index.form: what is printed says which class is meant
            index = printed_index(maps, question)
            means = _means if shown.names[0] in maps.predict(question).value.text else _is_beside
        if index is not None and 0 <= index < len(maps.labels) and means(maps, question, index, shown):
            named.add(maps.labels[index])  # a wrong index is the cause index.class
        name, wanted = shown.names[0], maps.labels[question.index]
        text = f"the printed name is {name!r}, the class is called {wanted!r}"
        actual = f"{name}, for {question}"
        expect.that(name in named, because("name.other", text=text, expected=wanted, actual=actual))

    falsify(LOGITS, right, maps.seed)


def _means(maps: CamEvidence, question: Logits, index: int, shown: Printed) -> bool:
    """Return whether a wrong index follows from the logits, or has its own probability beside it."""
    return maps.chooses or maps.is_over_batch or _is_beside(maps, question, index, shown)


def _is_beside(maps: CamEvidence, question: Logits, index: int, shown: Printed) -> bool:
    """Return whether the probability of a class is printed."""
    own = float(softmax(question.array(maps.seed))[0, index])
    return any(abs(own - value) <= TOLERANCE for value in shown.numbers)


def check_cls_return(maps: CamEvidence) -> None:
    """get_cls_pred returns one index that returnCAM accepts: shape (1,) or (), tensor, array or int."""
    value = maps.prediction.value
    expect.that(
        bool(maps.form),
        because(
            "index.form",
            type=value.type,
            shape=str(value.shape),
            kind=_kind(maps),
            expected="an index of shape (1,), or a single number",
            actual=f"{value.type} {value.text[:120]}",
        ),
    )


def _kind(maps: CamEvidence) -> str:
    index = maps.prediction.arrays.get("value")
    return "" if index is None or index.dtype.kind in "iu" else f" and dtype {index.dtype}"
