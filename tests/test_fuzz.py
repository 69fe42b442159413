from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.fuzzing import OURS, READERS, TARGETS, crashes
from fixtures.fuzzing.wall import ANSWERS
from grader.paths import ROOT
from grader.wall import verbs
from grader.wall.answers import read_value
from grader.wall.verbs import OfModel, Request


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_any_bytes_are_read_or_refused(target: str) -> None:
    """No reader of what others wrote raises anything but what its callers expect."""

    @settings(
        max_examples=TARGETS[target].examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        TARGETS[target].check(data.draw(TARGETS[target].data))

    check()


def test_the_answer_to_every_verb_is_fuzzed() -> None:
    """A new verb needs a good answer there, one that is read as such."""
    kinds: set[type[Request[Any]]] = {
        kind
        for kind in vars(verbs).values()
        if isinstance(kind, type) and issubclass(kind, Request) and kind not in (Request, OfModel)
    }

    assert {type(request) for request, _ in ANSWERS} == kinds
    for request, value in ANSWERS:
        assert type(read_value(value, request)) is verbs.reply(type(request))


DECODING = {
    *("json.loads", "json.load", "msgpack.unpackb", "msgpack.Unpacker", "msgspec.convert", "tomllib.loads"),
    *("csv.reader", "csv.DictReader", "yaml.load", "zipfile.ZipFile", "tarfile.open", "zlib.decompressobj"),
    *("Image.open", "np.load", "pickle.loads", "torch.load", "gzip.open", "bz2.open", "lzma.open"),
}


def decodes(path: Path) -> bool:
    """Whether a module calls what decodes bytes."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return any(ast.unparse(called) in DECODING for called in calls)


def test_every_reader_is_fuzzed() -> None:
    """A module that decodes bytes has a target there, or reads what is the grader's own."""
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "grader").rglob("*.py") if decodes(path)}

    assert found == {*READERS, *OURS}
    assert {*READERS.values()} <= set(TARGETS)


@pytest.mark.parametrize(("target", "data"), [(name, data) for name in TARGETS for data in crashes(name)])
def test_what_once_broke_a_reader_does_not_again(target: str, data: bytes) -> None:
    """Every crash that fuzzing found stays a test."""
    TARGETS[target].check(data)
