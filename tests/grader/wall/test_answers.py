"""What does not fit is refused, in words that say what it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.errors import ProtocolError
from grader.wall import verbs
from grader.wall.answers import Broken, Ok, Raised, fit, read_answer, read_value
from grader.wall.values import Described, SourceLine
from grader.wall.verbs import Build, Done, Forward, Map, Ping, Sample, TrainSteps

MODEL = {"way": "keyword", "meta": True, "parameters": {}}
FORWARD = Forward("FCN8s", size=(1, 3, 4, 5), seed=1)
SEEN = Described("Tensor", (1, 2), "float32")


def test_a_status_is_read() -> None:
    """Each has its own fields."""
    ok = {"id": 1, "status": "ok", "value": {}, "stdout": "hey"}
    raised = {"id": 2, "status": "raised", "kind": "KeyError", "message": "1", "line": ["cell 1", 4]}

    assert read_answer(ok) == Ok(1, {}, "hey")
    assert read_answer(raised | {"stdout": ""}) == Raised(2, "KeyError", "1", SourceLine("cell 1", 4), "")
    assert read_answer({"id": 3, "status": "broken", "message": "x", "stdout": ""}) == Broken(3, "x", "")


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"id": 1},
        {"id": 1, "status": "great"},
        {"id": -1, "status": "ready"},
        {"id": 1.5, "status": "ready"},
        {"id": 1, "status": "ready", "score": 100},
        {"id": 1, "status": "ok", "value": 1},
        {"id": 1, "status": "ok", "value": 1, "stdout": "x" * 70_001},
        {"id": 1, "status": "progress", "chunk": ["cell 1", -4]},
        {"id": 1, "status": "broken", "message": "x" * 4_001, "stdout": ""},
    ],
)
def test_what_is_no_status_is_refused(header: dict[str, Any]) -> None:
    """Missing, unknown, of another type, too long."""
    with pytest.raises(ProtocolError, match="the worker's answer does not fit"):
        read_answer(header)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "Expected `object`, got `null`"),
        ([], "got `array`"),
        ({"way": "keyword"}, "missing required field `meta`"),
        (MODEL | {"way": "luck"}, r"Invalid enum value 'luck' - at `\$.way`"),
        (MODEL | {"parameters": [3]}, r"at `\$.parameters`"),
        (MODEL | {"score": 100}, "unknown field `score`"),
        (MODEL | {"parameters": {"w" * 501: {"shape": [1], "trained": True}}}, "length <= 500"),
        (MODEL | {"parameters": {"w": {"shape": [-1], "trained": True}}}, ">= 0"),
        (MODEL | {"parameters": {"w": {"shape": [1 << 41], "trained": True}}}, "<= 1099511627776"),
    ],
)
def test_an_answer_that_does_not_fit_says_why(value: object, words: str) -> None:
    """The sentence names the verb, the place in the answer, and the bound."""
    with pytest.raises(ProtocolError, match=f"the answer to `build` does not fit: .*{words}"):
        read_value(value, Build("FCN8s"))


ARRAYS: dict[str, tuple[verbs.Request[Any], object, dict[str, np.ndarray]]] = {
    "an array where none is meant": (Ping(), Done(), {"a": np.zeros(1)}),
    "two where one is meant": (FORWARD, SEEN, {"a": np.zeros(1), "b": np.zeros(1)}),
    "whole numbers where none are meant": (FORWARD, SEEN, {"output": np.zeros(1, np.int64)}),
    "objects": (FORWARD, SEEN, {"output": np.array([None])}),
    "too high a rank": (TrainSteps((1,), False), Done(), {"losses": np.zeros((1, 1), np.float32)}),
    "too many bytes": (TrainSteps((1,), False), Done(), {"losses": np.zeros(2, np.float32)}),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_that_do_not_fit_are_refused_before_they_are_sent(name: str) -> None:
    """Number, bytes, kind and rank are those of the verb."""
    request, value, arrays = ARRAYS[name]
    with pytest.raises(ProtocolError, match="allowed"):
        fit(value, arrays, request)


@pytest.mark.parametrize("value", [object(), {"a": np.float32(1)}, "x"])
def test_a_value_of_another_kind_is_refused(value: Any) -> None:
    """Also one that could not be written at all."""
    with pytest.raises(ProtocolError, match="does not fit"):
        fit(value, {}, Sample("FCN8s", of="model", names=(), seed=1, count=1))


def test_what_fits_is_sent_as_it_is() -> None:
    """And read as it was."""
    value = Map("ndarray", (256, 256), "uint8", "array", kept=True)
    asked = verbs.Cam(3, "int")

    assert read_value(fit(value, {"value": np.zeros((256, 256), np.uint8)}, asked), asked) == value
