"""Calls are noted wherever a function is called from, and values described whatever they are."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from grader.wall.verbs import Returned
from grader.worker import noting
from grader.worker.noting import Notes, everywhere, returned


@pytest.mark.parametrize(
    ("value", "kind", "shape", "dtype"),
    [
        (torch.tensor([3]), "Tensor", [1], "int64"),
        (torch.tensor(3), "Tensor", [], "int64"),
        (torch.zeros(2, 3, requires_grad=True), "Tensor", [2, 3], "float32"),
        (np.int64(3), "int64", [], "int64"),
        (np.zeros((2, 2), np.uint8), "ndarray", [2, 2], "uint8"),
        (3, "int", [], "int64"),
        (0.5, "float", [], "float64"),
        (True, "bool", [], "bool"),
        ([1, 2], "list", [2], "int64"),
        ((1, 2.5), "tuple", [2], "float64"),
    ],
)
def test_numbers_of_any_kind_are_arrays(value: Any, kind: str, shape: list[int], dtype: str) -> None:
    """Tensors, arrays, numbers and lists of them have a type, a shape, and values to send."""
    seen, array = returned(value)

    assert (seen.type, list(seen.shape), seen.dtype) == (kind, shape, dtype)
    assert array is not None and list(array.shape) == shape
    assert np.array_equal(array, value.detach() if isinstance(value, torch.Tensor) else value)


@pytest.mark.parametrize(
    "value", [None, "three", {"a": 1}, [1, [2, 3]], object(), np.array(["a"]), 1j, np.zeros((1,) * 9)]
)
def test_anything_else_is_described_without_values(value: Any) -> None:
    """What can't be sent is told by its type alone."""
    seen, array = returned(value)

    assert seen.type == type(value).__name__
    assert array is None


def test_what_lies_about_itself_is_described_all_the_same() -> None:
    """A value whose text or conversion raises costs nothing but itself."""

    class Liar:
        def __repr__(self) -> str:
            raise RuntimeError

        def __array__(self, *_: object, **__: object) -> np.ndarray:
            raise RuntimeError

    assert returned(Liar()) == (Returned("Liar"), None)


def test_large_arrays_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound only the shape is told."""
    monkeypatch.setattr(noting, "MAX_BYTES", 100)
    seen, array = returned(np.zeros(200, np.uint8))

    assert (seen.shape, array) == ((200,), None)


def test_texts_are_cut() -> None:
    """A value's text has a bound, and so has the name of its type; neither holds half of a character."""
    seen, _ = returned(type("T" * 1000, (), {"__repr__": lambda self: "\ud800" * 1000})())

    assert (seen.type, seen.text) == ("T" * 200, "?" * 200)


# --- calls ------------------------------------------------------------------------------------------


def count(notes: Notes) -> int:
    return len(notes.calls)


def test_a_call_within_a_call_is_none_of_its_own() -> None:
    """A function that calls another, or itself, is called once."""
    notes = Notes()
    inner = notes.of("get_cls_pred", lambda x: x)
    outer = notes.of("returnCAM", lambda x: inner(x) + 1)

    assert (outer(1), inner(5)) == (2, 5)
    assert [name for name, _ in notes.calls] == ["returnCAM", "get_cls_pred"]


def test_what_raises_ends_its_call() -> None:
    """The next one is noted again."""
    notes = Notes()
    broken = notes.of("returnCAM", lambda x: 1 / x)
    with pytest.raises(ZeroDivisionError):
        broken(0)
    assert broken(1) == 1
    assert count(notes) == 2


class Owner:
    """Holds a function in each way that a class can."""

    def method(self, x: int) -> int:
        return x

    @staticmethod
    def static(x: int) -> int:
        return x

    @classmethod
    def of_class(cls, x: int) -> int:
        return x


@pytest.mark.parametrize("name", ["method", "static", "of_class"])
def test_a_function_that_a_class_holds_is_noted(name: str) -> None:
    """Called on an object, and no more once it is over."""
    owner, notes = Owner(), Notes()
    function, before = getattr(owner, name), vars(Owner)[name]

    with everywhere([{"Owner": Owner}], function, notes.of("returnCAM", function)):
        assert getattr(owner, name)(3) == 3
    getattr(owner, name)(4)

    assert [len(rows) for _, rows in notes.calls] == [2]  # what it was given, and what it gave
    assert vars(Owner)[name] is before


def test_a_function_is_noted_in_every_module() -> None:
    """Under whatever name, and another one is not."""
    notes = Notes()
    spaces: list[dict[str, Any]] = [{"f": len, "g": sum}, {"h": len}]

    with everywhere(spaces, len, notes.of("returnCAM", len)):
        assert spaces[0]["f"]([1]) + spaces[1]["h"]([1, 2]) + spaces[0]["g"]([3]) == 6

    assert count(notes) == 2
    assert spaces == [{"f": len, "g": sum}, {"h": len}]


def test_calls_of_several_threads_are_noted() -> None:
    """One that begins while another thread is inside of one is no call within it."""
    notes, both = Notes(), threading.Barrier(2, timeout=60)

    def meet(number: int) -> int:
        both.wait()
        return number

    noted = notes.of("returnCAM", meet)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(noted, (1, 2))) == [1, 2]

    assert [name for name, _ in notes.calls] == ["returnCAM"] * 2
    assert sorted(int(rows[0].text) for _, rows in notes.calls) == [1, 2]
    assert all(rows[0].text == rows[1].text for _, rows in notes.calls)


def test_what_a_network_is_given_is_noted_by_the_call_that_is_next() -> None:
    """What its layers are given is not, nor what it is given later."""

    class ResNet18(torch.nn.Sequential):
        pass

    notes, network = Notes(), ResNet18(torch.nn.Conv2d(3, 1, 1))
    predict = notes.of("get_cls_pred", lambda logit: 7)
    with notes.inputs_of("ResNet18"):
        network(torch.zeros(1, 3, 4, 4))
        predict(1)
        network(torch.ones(1, 3, 5, 5))
    network(torch.ones(1, 3, 6, 6))

    given = {key: array.shape for key, array in notes.arrays.items() if "input" in key}
    assert given == {"0.input.0": (1, 3, 4, 4), "1.input.1": (1, 3, 5, 5)}


def test_inputs_take_no_room_from_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many the last are noted, as far as what the calls were given leaves room."""

    class ResNet18(torch.nn.Identity):
        pass

    monkeypatch.setattr(noting, "MAX_ARRAYS", 5)
    notes, network = Notes(), ResNet18()
    predict = notes.of("get_cls_pred", lambda logit: 7)
    with notes.inputs_of("ResNet18"):
        for number in range(40):
            network(torch.full((1,), number))
        predict(1)

    kept = [array.item() for key, array in notes.arrays.items() if "input" in key]
    assert kept == [39, 38, 37]
    assert {"0.0", "0.result"} <= notes.arrays.keys()
