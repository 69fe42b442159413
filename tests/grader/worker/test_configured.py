"""A configuration with another number of classes, whatever it is made of; anything else stays as it is."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pytest
from torch import nn

from grader.worker.configured import counting, counting_names, counts, with_classes


@dataclass(frozen=True, slots=True)
class Frozen:
    """Of a data class."""

    num_classes: int = 12
    lr: float = 0.1


class Named(NamedTuple):
    """Of a named tuple."""

    n_class: int = 12


class Attributes:
    """Of a class that is never made, or made without arguments."""

    N_CLASSES = 12
    lr = 0.1


class Computed:
    """Of a property, beside one that fails."""

    names = ("a",) * 12

    @property
    def num_classes(self) -> int:
        """Nothing that can be set."""
        return len(self.names)

    @property
    def loader(self) -> object:
        """What its student never asks for."""
        raise RuntimeError


class Alone(dict[str, int]):
    """Of a dictionary that can't be copied."""

    def __copy__(self) -> Alone:
        raise TypeError


CONFIGURATIONS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "a dictionary": ({"n_class": 12, "lr": 1}, lambda c: c["n_class"]),
    "a dictionary in one": ({"model": {"num_classes": 12}}, lambda c: c["model"]["num_classes"]),
    "a data class": (Frozen(), lambda c: c.num_classes),
    "an object in a dictionary": ({"net": SimpleNamespace(classes=12)}, lambda c: c["net"].classes),
    "arguments": (Namespace(n_class=12, name="x"), lambda c: c.n_class),
    "a named tuple": (Named(), lambda c: c.n_class),
    "a class": (Attributes, lambda c: c.N_CLASSES),
    "an object of it": (Attributes(), lambda c: c.N_CLASSES),
    "an object that counts": (Computed(), lambda c: c.num_classes),
    "a view of a dictionary": (MappingProxyType({"n_class": 12}), lambda c: c["n_class"]),
}


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_the_number_is_exchanged_in_a_copy(kind: str) -> None:
    """The student's own stays."""
    value, read = CONFIGURATIONS[kind]

    assert read(with_classes(value, 5)) == 5
    assert read(value) == 12


def test_what_is_no_configuration_stays_itself() -> None:
    """Networks, numbers, texts, lists, and what names no classes or holds itself."""
    own: dict[str, Any] = {"lr": 1, "class_names": ["a"], "use_class": True}
    own["self"] = own
    for value in (nn.Linear(2, 2), 3, "n_class", [12], None, own, len, Alone(n_class=12)):
        assert with_classes(value, 5) is value


def test_names_of_numbers_of_classes() -> None:
    """However they are written."""
    assert all(map(counts, ("n_class", "NUM_CLASSES", "ncls", "num_labels")))
    assert not any(map(counts, ("cfg", "channels", "ignore_label", "out_channels")))


@pytest.mark.parametrize(
    ("name", "value", "is_number"),
    [
        ("out_channels", 12, True),
        ("num_classes", Parameter.empty, True),
        ("num_classes", None, True),
        ("class_names", None, False),
        ("class_names", ["a"], False),
        ("in_channels", 3, False),
    ],
)
def test_what_may_be_a_networks_number_of_classes(name: str, value: object, is_number: bool) -> None:
    """By their names, and by what is given for them."""
    assert counting_names({name: value}) == [name] * is_number


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"out_dim": 4096, "num_classes": 12}, ["num_classes"]),
        ({"ignored_class": 255, "n_class": 12}, ["n_class"]),
        ({"out_ch": 12, "in_ch": 3}, ["out_ch"]),
        ({"in_ch": 3}, []),
    ],
)
def test_the_likeliest_name_is_the_number_of_classes(given: dict[str, int], names: list[str]) -> None:
    """What is no more than an output counts where nothing is called by classes."""
    assert counting_names(given) == names


def test_a_width_beside_the_number_of_classes_is_let_alone() -> None:
    """A class that is built as a notebook does it, with another number of classes."""

    class Net:
        def __init__(self, n_class: int = 21, out_dim: int = 4096) -> None:
            self.made = n_class, out_dim

    with counting(Net, 5, made := list[Any]()):
        Net(12)

    assert [net.made for net in made] == [(5, 4096)]
