from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from torch import nn

from grader.records.submission import Chunk
from grader.worker.loader import run_chunks
from grader.worker.writing import MOST, Watch, watched

WAYS = {
    "data assigned": "m.weight.data = torch.ones(2, 2)",
    "data changed": "m.weight.data.copy_(torch.ones(2, 2))",
    "a new parameter": "m.weight = nn.Parameter(torch.ones(2, 2))",
    "a state": "m.load_state_dict({'weight': torch.ones(2, 2), 'bias': torch.zeros(2)})",
    "through numpy": "m.weight.detach().numpy()[:] = 1",
}


def written(source: str, model: Any = None) -> dict[str, list[int]]:
    """The lines that wrote each parameter last, nearest first, while a function of the source ran."""
    model = model or nn.Linear(2, 2)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    namespace: dict[str, Any] = {"nn": nn, "torch": torch}
    assert run_chunks([Chunk("cell 3", 1, source)], namespace) == []
    watch = Watch(model)
    with watched(watch):
        namespace["copy"](model)
    return {name: [line.line, *(each.line for each in line.callers)] for name, line in watch.written.items()}


@pytest.mark.parametrize("how", WAYS)
def test_the_line_that_writes_is_noted(how: str) -> None:
    """However it is written, and not what is left as it was."""
    assert written(f"def copy(m):\n    x = 1\n    {WAYS[how]}\n    x = 2\n") == {"weight": [3]}


def test_a_layer_put_in_another_s_place_is_watched() -> None:
    """What stands there now holds other values."""
    model = nn.Sequential(nn.Linear(2, 2))
    source = "def copy(m):\n    x = 1\n    m[0] = nn.Linear(2, 2)\n    x = 2\n"
    model.weight = model.bias = nn.Parameter(torch.zeros(1))

    assert written(source, model).items() >= {"0.weight": [3], "0.bias": [3]}.items()


def test_a_parameter_without_numbers_is_watched_too() -> None:
    """Its memory is nowhere: a layer that gives no channels out has one."""
    model = nn.Linear(2, 2)
    model.none = nn.Parameter(torch.empty(0, 2))

    assert written("def copy(m):\n    m.bias.data.fill_(1)\n    x = 1\n", model) == {"bias": [2]}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_scripted_module_is_watched_too() -> None:
    """Its tables of parameters are of another kind."""
    source = "def copy(m):\n    m.bias.data.fill_(1)\n    x = 1\n"
    scripted = torch.jit.script(nn.Linear(2, 2))

    assert written(source, scripted) == {"bias": [2]}


def test_values_that_numpy_lacks_are_watched_too() -> None:
    """A network may be of numbers of 16 bits."""
    source = "def copy(m):\n    m.bias.data.fill_(1)\n    x = 1\n"

    assert written(source, nn.Linear(2, 2).bfloat16()) == {"bias": [2]}


def test_what_is_no_number_is_written_by_nobody_who_leaves_it() -> None:
    """NaN equals nothing, not even itself."""
    source = "def copy(m):\n    m.weight.data.fill_(float('nan'))\n    x = 1\n    x = 2\n"

    assert written(source) == {"weight": [2]}


def test_a_layer_that_is_not_made_yet_is_watched() -> None:
    """Lazy ones have no memory before the first pass."""
    watch = Watch(nn.LazyLinear(2))
    with watched(watch):
        pass

    assert watch.written == {}


def test_a_helper_has_the_line_that_calls_it() -> None:
    """The innermost line comes first."""
    source = "def put(to):\n    to.data.fill_(1)\n\ndef copy(m):\n    put(m.bias)\n    x = 1\n"

    assert written(source) == {"bias": [2, 5]}


def test_the_last_line_counts() -> None:
    """What is written twice was written by the second."""
    source = "def copy(m):\n    m.bias.data.fill_(1)\n    m.bias.data.zero_()\n"

    assert written(source) == {"bias": [3]}


def test_what_is_done_endlessly_is_followed_for_a_while_only() -> None:
    """Looking behind every line of it would take minutes."""
    source = f"def copy(m):\n    for _ in range({2 * MOST}):\n        pass\n    m.bias.data.fill_(1)\n"

    assert written(source) == {}


def test_nobody_is_followed_afterwards() -> None:
    """What traced before does again."""
    before = sys.gettrace()
    written("def copy(m):\n    pass\n")

    assert sys.gettrace() is before
