"""Part 4: the prediction of `get_cls_pred`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.assignment import TOP1_LINE
from grader.checks import expect
from grader.diagnosis.causes import because, merge
from grader.diagnosis.prediction import CLASS_0, OTHER, is_told, names_of, what_name
from grader.diagnosis.probability import ALWAYS_1, BY_CHANCE, OVER_BATCH, TOLERANCE
from grader.diagnosis.probability import OTHER as OTHER_NUMBER
from grader.errors import Blocked, Fault
from grader.evidence.once import attempt, taken
from grader.evidence.prediction import PredictionEvidence
from grader.evidence.printed import Printed
from grader.evidence.questions import CLASSES_ASKED, LOGITS, Logits, falsify
from grader.records.reason import Reason
from reference.cam import get_cls_pred, softmax

NEGATIVE = Logits(1, 7, -20.0, 1.0)
AS_NETWORKS_GIVE = (Logits(6, 250, 0.0, 1.0, "needed"), Logits(7, 730, 0.0, 1.0, "off"))


def check_cls_index(prediction: PredictionEvidence) -> None:
    """get_cls_pred returns the index of the most probable class."""
    prediction.ask(CLASSES_ASKED[0])  # what it raises is told here; the other lines are blocked by it

    chosen = attempt(lambda: _index_is_right(prediction.as_given))
    if prediction.elsewhere is not None:
        also = [chosen.reason] if isinstance(chosen, Fault) else []
        expect.fail(merge([_elsewhere(prediction), *also]))
    taken(chosen)


def _index_is_right(prediction: PredictionEvidence) -> None:
    def right(question: Logits) -> None:
        value = prediction.index(question)
        if value is None:
            value = prediction.printed_index(question)  # its form is the cause index.form
        if value is None:
            raise Blocked("the index can't be read, see cam.cls_return")
        wanted, actual = question.index, f"{value}, for {question}"
        if value == wanted or _is_of_wrong_scores(prediction, question, value):
            return
        if not prediction.is_steady:
            expect.fail(because("index.random", expected=str(wanted), actual=actual))
        got = _what_index(prediction, value, question.array(prediction.seed)[0])
        text = f"the index is {value}, the most probable class is {wanted}: it is that of {got}{_hint(got)}"
        expect.fail(because("index.class", got=got, text=text, expected=str(wanted), actual=actual))

    falsify(LOGITS, right, prediction.seed)
    right(NEGATIVE)  # whatever was drawn: an order of absolute values is another one here
    for question in AS_NETWORKS_GIVE:
        right(question)


def _elsewhere(prediction: PredictionEvidence) -> Reason:
    """What is read in the place of the logits."""
    name, argument, place, _ = prediction.elsewhere or ("", "", None, ())
    expected = "another class for other logits"
    return because(
        "index.elsewhere",
        got=f"`{name}`",
        want=f"`{argument}`",
        expected=expected,
        actual=f"`{name}`",
        place=place,
    )


def _hint(got: str) -> str:
    """Return what else is 0 whatever the logits."""
    return ", as is the best one's rank in a sorted list" if got == CLASS_0 else ""


def _is_of_wrong_scores(prediction: PredictionEvidence, question: Logits, index: int) -> bool:
    """Return whether an index is that of the best of wrong scores, which are printed: `probability.value`.

    A sigmoid, say, is 1 for several classes.
    """
    if prediction.is_always_1(question) and prediction.is_over_batch:
        return True
    number = prediction.number
    wrong = number is not None and bool(number.scores.fault)
    return wrong and number is not None and number.chooses(index, question.array(prediction.seed)[0])


def _what_index(prediction: PredictionEvidence, value: int, logit: NDArray[np.float32]) -> str:
    """Return what a wrong index is: what fits other questions, too, if anything does."""
    names = names_of(value, logit)
    asked = [(prediction.index(each), each.array(prediction.seed)[0]) for each in CLASSES_ASKED]
    others = [names_of(own, seen) for own, seen in asked if own is not None]
    if not names and {own for own, _ in asked} == {value}:
        return f"class {value}, whatever the logits"
    fits = [name for name in names if all(name in other for other in others)]
    return next(iter([*fits, *names]), OTHER)


def check_cls_probability(prediction: PredictionEvidence) -> None:
    """get_cls_pred prints the softmax probability of the class."""
    prediction.need()
    prediction = prediction.as_given

    def right(question: Logits) -> None:
        shown = prediction.printed(question)
        if not shown.numbers:
            expect.fail(because("probability.missing", expected=TOP1_LINE, actual=shown.text or "nothing"))
        logit = question.array(prediction.seed)
        wanted, _, _ = get_cls_pred(logit, prediction.labels)
        other = _spoken_of(prediction, question, logit[0])  # that it is another one has a line of its own
        allowed = [wanted] if other is None else [wanted, float(softmax(logit)[0, other])]
        if min(abs(value - right) for right in allowed for value in shown.numbers) <= TOLERANCE:
            return
        value = shown.numbers[0]
        got = _what_probability(prediction, question, value)
        text = f"the printed probability is {value:g}, the softmax gives {wanted:.3f}: it is {got}"
        expected, actual = f"{wanted:.3f}", f"{value:g}, for {question}"
        expect.fail(because("probability.value", got=got, text=text, expected=expected, actual=actual))

    falsify(LOGITS, right, prediction.seed)


def _what_probability(prediction: PredictionEvidence, question: Logits, value: float) -> str:
    """Return what a wrong probability is: what all that are printed are, if anything is."""
    if prediction.is_always_1(question):
        return OVER_BATCH if prediction.is_over_batch else ALWAYS_1
    number = prediction.number
    if number is not None and number.apart(value, question.array(prediction.seed)[0]) <= 1:
        return number.words
    return OTHER_NUMBER if prediction.is_steady else BY_CHANCE


def _spoken_of(prediction: PredictionEvidence, question: Logits, logit: NDArray[np.float32]) -> int | None:
    """Return the class whose probability is printed: that of the name, or of an index that was told."""
    named = prediction.printed_index(question)
    if named is not None:
        return named
    index = prediction.index(question)
    if index is None or not 0 <= index < len(prediction.labels):
        return None
    return index if is_told(index, logit) else None


def check_cls_name(prediction: PredictionEvidence) -> None:
    """get_cls_pred prints the name of the class that it returns."""
    prediction.need()
    prediction = prediction.as_given

    def right(question: Logits) -> None:
        shown = prediction.printed(question)
        if not shown.names:
            expect.fail(because("name.missing", expected=TOP1_LINE, actual=shown.text or "nothing"))
        index, named = prediction.index(question), {prediction.labels[question.index]}
        means = _means
        if index is None:  # the cause index.form: what is printed says which class is meant
            index = prediction.printed_index(question)
            means = _means if shown.names[0] in prediction.ask(question).value.text else _is_beside
        if (
            index is not None
            and 0 <= index < len(prediction.labels)
            and means(prediction, question, index, shown)
        ):
            named.add(prediction.labels[index])  # a wrong index is the cause index.class
        name, wanted = shown.names[0], prediction.labels[question.index]
        if name in named:
            return
        got = what_name(
            [(prediction.printed(each).names, each.index) for each in CLASSES_ASKED], prediction.labels
        )
        text = f"the printed name is {name!r}, the class is called {wanted!r}: it is {got}"
        actual = f"{name}, for {question}"
        expect.fail(because("name.other", got=got, text=text, expected=wanted, actual=actual))

    falsify(LOGITS, right, prediction.seed)


def _means(prediction: PredictionEvidence, question: Logits, index: int, shown: Printed) -> bool:
    """Return whether a wrong index follows from the logits, or has its probability or the best beside it."""
    beside = (_is_beside(prediction, question, each, shown) for each in (index, question.index))
    return prediction.chooses or prediction.is_over_batch or any(beside)


def _is_beside(prediction: PredictionEvidence, question: Logits, index: int, shown: Printed) -> bool:
    """Return whether the probability of a class is printed."""
    own = float(softmax(question.array(prediction.seed))[0, index])
    return any(abs(own - value) <= TOLERANCE for value in shown.numbers)


def check_cls_return(prediction: PredictionEvidence) -> None:
    """get_cls_pred returns one index that returnCAM accepts: shape (1,) or (), tensor, array or int."""
    value = prediction.first.value
    expect.that(
        bool(prediction.form),
        because(
            "index.form",
            got=_returned(prediction),
            expected="an index of shape (1,), or a single number",
            actual=f"{value.type} {value.text[:120]}",
        ),
    )


def _returned(prediction: PredictionEvidence) -> str:
    """What comes back, as it is told: "nothing", "a str", "a Tensor of shape (5,) and dtype float32"."""
    value, index = prediction.first.value, prediction.first.arrays.get("value")
    if value.type == "NoneType":
        return "nothing"
    kind = "" if index is None or index.dtype.kind in "iu" else f" and dtype {index.dtype}"
    shape = "" if index is None and not value.shape else f" of shape {value.shape}"
    return f"a {value.type}{shape}{kind}"
