"""One class for several networks is told apart by what it is given, and only where that is sure."""

from __future__ import annotations

import ast

import pytest

from grader.assignment import FCN8S, FCN32S, MODELS
from grader.intake.code.statements import Source
from grader.intake.code.variants import told_apart

NET = """\
class FCN(nn.Module):
    def __init__(self, n_class=12, stride=32, *, kind="32s", skip=False):
        pass

    def forward(self, x):
        return x


def make(kind, n_class=12):
    return FCN(n_class, kind=kind)
"""


def read(*calls: str) -> tuple[str, str, dict[str, str]]:
    """The class's text, the calls' text, and the calls that are told, by target."""
    sources = (Source("cell 1", NET), Source("cell 2", "\n".join(calls)))
    (changed,), told = told_apart([sources], MODELS)
    return changed[0].text, changed[1].text, {target: one.text for target, one in told.items()}


@pytest.mark.parametrize(
    ("first", "second", "bound"),
    [
        ("a = FCN(12, stride=32)", "b = FCN(12, stride=8)", "partial(FCN, stride=8)"),
        ("a = FCN(12, 32)", "b = FCN(12, 8)", "partial(FCN, stride=8)"),
        ("a = FCN(kind='32s').to(device)", "b = FCN(kind='8s').to(device)", "partial(FCN, kind='8s')"),
        ("net32 = FCN(12)", "b = FCN(12, 8)", "partial(FCN, stride=8)"),
        ("net32 = FCN(n_class=12)", "fcn_8s = FCN(n_class=12, skip=True)", "partial(FCN, skip=True)"),
        ("a = partial(FCN, stride=32)", "b = functools.partial(FCN, stride=8)", "partial(FCN, stride=8)"),
        ("a = make('fcn32s')", "b = make('fcn8s')", "partial(make, kind='fcn8s')"),
    ],
)
def test_each_has_a_name_of_its_own(first: str, second: str, bound: str) -> None:
    """Bound where the class stands, and called by it."""
    defined, called, told = read(first, second)

    assert told.keys() == {FCN32S.name, FCN8S.name}
    assert f'{FCN8S.name} = __import__("functools").{bound}' in defined.split("\n")
    assert [
        name in line for name, line in zip((FCN32S.name, FCN8S.name), called.split("\n"), strict=True)
    ] == [
        True,
        True,
    ]


def test_lines_stay_where_they_are() -> None:
    """A call of several lines has as many as before."""
    _, called, told = read(
        "a = FCN(\n    12,\n    stride=32,\n)", "b = partial(\n    FCN, stride=8\n)", "c = MyFCN(12, 8)"
    )

    assert told
    ast.parse(called)
    assert called.count("\n") == 7
    assert "c = MyFCN(12, 8)" in called  # which is another


@pytest.mark.parametrize(
    "calls",
    [
        ("a = FCN(12)", "b = FCN(12, 8)"),  # nothing says what the first is
        ("a = FCN(12, 8)",),
        ("a = FCN(12, 8)", "b = FCN(12, 32)", "c = FCN(12, 16, skip=True)", "c = FCN(12, 8, skip=True)"),
        ("a = FCN(12, 8)", "b = make('32s')"),
        ("a = FCN(*given)", "b = FCN(12, 8)"),
        ("a = Other(12, 32)", "b = Other(12, 8)"),
        ("a = FCN(12, stride=832)", "b = FCN(12, stride=8)"),
        (
            "def loader(batch):",
            "    return DataLoader(batch)",
            "a = loader(32)",
            "b = loader(8)",
        ),  # no network
        ("def train(size):", "    net = FCN(12)", "    return size", "a = train(32)", "b = train(8)"),
    ],
)
def test_where_it_is_not_sure_nothing_is_told(calls: tuple[str, ...]) -> None:
    """The texts stay as they are."""
    assert read(*calls) == (NET, "\n".join(calls), {})
