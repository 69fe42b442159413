"""A function is read with the arguments that it is called with."""

from __future__ import annotations

import pytest

from grader.mending.arguments import mends
from grader.mending.trouble import Trouble
from grader.records.submission import Chunk, Module, Slice

MAP = "def returnCAM({arguments}):\n    return 1"
METHOD = "class FCN8s(nn.Module):\n    def forward({arguments}):\n        return 1"
GIVEN = "takes 2 positional arguments but 3 were given"
MISSING = "missing 1 required positional argument: 'idx'"
SLIPS: dict[str, tuple[str, str, str, str]] = {
    "self in no class": (MAP, "self, feature_conv, weight_fc, idx", MISSING, "feature_conv, weight_fc, idx"),
    "self alone": (MAP, "self, logit", "missing 1 required positional argument: 'logit'", "logit"),
    "a method without self": (METHOD, "x", GIVEN, "self, x"),
    "no weights": (MAP, "feature_conv, idx", GIVEN, "feature_conv, weight_fc, idx"),
    "one more": (MAP, "feature_conv, weight_fc, i, idx", MISSING, "feature_conv, weight_fc, i, idx=None"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_arguments_are_read_as_what_was_meant(slip: str) -> None:
    """Each change leaves the lines where they are."""
    source, arguments, message, wanted = SLIPS[slip]
    found = _mended(source, arguments, message)

    assert source.format(arguments=wanted) in found
    assert {text.count("\n") for text in found} == {source.count("\n")}


def test_the_self_of_a_method_stays() -> None:
    """And that of a function which is not the one that was called."""
    assert METHOD.format(arguments="x, idx") not in _mended(METHOD, "self, x, idx", MISSING)
    assert MAP.format(arguments="x") not in _mended(MAP, "self, x", MISSING, name="other")


def _mended(source: str, arguments: str, message: str, name: str = "") -> list[str]:
    chunk = Chunk("cell 1", 1, source.format(arguments=arguments))
    slice = Slice((Module("submission", (chunk,)),))
    called = name or ("FCN8s.forward" if source is METHOD else "returnCAM")
    found = mends(Trouble("TypeError", f"{called}() {message}", None), slice, chunk)
    return [mend.slice.modules[0].chunks[0].source for mend in found]
