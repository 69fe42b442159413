"""A network runs as a whole where it applies all that it has and gives a map of its input's size."""

from __future__ import annotations

from typing import Any, cast

import pytest
from msgspec.structs import replace

from grader.mending.running import Mendable, Running
from grader.records.submission import Slice
from grader.wall.answers import Reply
from grader.wall.recording import Recording
from grader.wall.verbs import Request, Trace
from tests.grader.in_process import InProcess

CODE = """\
from torch import nn


class FCN8s(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.conv, self.score = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, n_class, 1)

    def forward(self, x):
        return {returned}
"""

MAPS = "import numpy as np\n\n\ndef returnCAM(features, weight, idx):\n    return {returned}\n"


@pytest.mark.parametrize(
    ("returned", "whole"),
    [
        ("self.score(self.conv(x))", True),
        ("self.conv(x)", False),
        ("self.score(self.conv(x))[:, :, 1:]", False),
        ("self.score(self.conv(x)).repeat(2, 1, 1, 1)", False),
    ],
)
def test_whether_a_network_runs_as_a_whole(returned: str, whole: bool) -> None:
    running = Running(cast(Mendable, InProcess(CODE.format(returned=returned))), Slice())

    assert running.trouble("FCN8s") is None
    assert running.is_whole("FCN8s") is whole


def test_what_raised_last_is_no_whole() -> None:
    running = Running(cast(Mendable, InProcess(CODE.format(returned="self.fc(x)"))), Slice())

    assert running.trouble("FCN8s") is not None
    assert not running.is_whole("FCN8s")


def test_a_record_that_does_not_hold_its_input_is_of_no_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker sends may say anything."""
    running = Running(cast(Mendable, InProcess(CODE.format(returned="self.score(self.conv(x))"))), Slice())
    assert running.trouble("FCN8s") is None
    assert isinstance(running._answered, Recording)
    monkeypatch.setattr(running, "_answered", replace(running._answered, input=10_000))

    assert not running.is_whole("FCN8s")


class Noting(InProcess):
    """A student that keeps what it was asked with."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.known: list[tuple[Any, ...]] = []

    def ask(self, request: Request[Any], *given: Any, **more: Any) -> Reply[Any]:
        if isinstance(request, Trace):
            self.known.append(request.known)
        return super().ask(request, *given, **more)


def test_what_was_raised_is_known_when_the_next_slice_is_run() -> None:
    """In its words, by its line: it need not be seen a second time with real weights."""
    student = Noting(CODE.format(returned="self.fc(x)"))
    running = Running(cast(Mendable, student), Slice())
    for _ in range(2):
        assert running.trouble("FCN8s") is not None

    raised = "AttributeError", "cell 1", 10, "'FCN8s' object has no attribute 'fc'"
    assert student.known == [(), (raised,)]


@pytest.mark.parametrize(
    ("returned", "trouble"),
    [
        ("np.ones((256, 256))", None),
        ("None", "returnCAM returns a NoneType, not an array of numbers"),
        ("(features, weight)", "returnCAM returns a tuple, not an array of numbers"),
        ("features.astype(object)", "returnCAM returns an ndarray, not an array of numbers"),
        ("True", "returnCAM returns a bool, not an array of numbers"),
        ("np.ones((9000, 9000))", "returnCAM returns an ndarray of shape (9000, 9000), which is too large"),
    ],
)
def test_what_is_no_array_of_numbers_stops_a_map(returned: str, trouble: str | None) -> None:
    """Nothing of it can be judged, so that a mend is looked for."""
    source = MAPS.format(returned=returned)
    found = Running(cast(Mendable, InProcess(source)), Slice()).trouble("returnCAM")

    assert (found and found.message) == trouble


@pytest.mark.parametrize(
    ("returned", "little"),
    [
        ("self.score(self.conv(x))", False),
        ("self.conv(x)", False),
        ("[self.score(self.conv(x)), x + 1][1]", True),  # they are applied, and what they give is let go of
    ],
)
def test_whether_most_of_a_network_plays_no_part(returned: str, little: bool) -> None:
    """What it only applies does not."""
    running = Running(cast(Mendable, InProcess(CODE.format(returned=returned))), Slice())

    assert running.trouble("FCN8s") is None
    assert running.comes_to_little("FCN8s") == little


FILLS = """
        with torch.no_grad():
            self.score.weight[range(2), range(2)] = torch.zeros({shape})
"""


@pytest.mark.parametrize(("shape", "stops"), [("1, 1", False), ("2, 3, 1, 1", True)])
def test_what_fits_only_while_nothing_is_filled_stops_a_network(shape: str, stops: bool) -> None:
    """Shapes alone do not show every error."""
    code = "import torch\n" + CODE.format(returned="self.score(self.conv(x))")
    before, _, after = code.partition("\n\n    def forward")
    filled = f"{before}{FILLS.format(shape=shape)}\n    def forward{after}"
    running = Running(cast(Mendable, InProcess(filled)), Slice())

    assert (running.trouble("FCN8s") is not None) == stops


@pytest.mark.parametrize(
    ("returned", "is_map"),
    [
        ("np.ones((256, 256))", True),
        ("np.ones((7, 7))", True),
        ("np.ones(256 * 256)", True),
        ("np.ones(512)", False),
        ("np.ones(1)", False),
    ],
)
def test_what_may_be_a_map(returned: str, is_map: bool) -> None:
    """What has rows, or stands in one row of a map's size: not a row of weights, nor a number."""
    running = Running(cast(Mendable, InProcess(MAPS.format(returned=returned))), Slice())

    assert running.trouble("returnCAM") is None
    assert running.is_map is is_map
