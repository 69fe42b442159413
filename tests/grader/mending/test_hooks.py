"""A hook that returns something is read as one that only looks."""

from __future__ import annotations

import pytest

from grader.mending.hooks import mends
from grader.records.submission import Chunk, Module, Slice

METHOD = """\
class Net:
    def __init__(self):
        self.pool.register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.kept = output
        return inputs

    def forward(self, x):
        return x
"""
MADE = """\
def keep(name):
    def hook(module, inputs, output):
        kept[name] = output
        return inputs
    return hook
layer.register_forward_hook(keep("pool3"))
"""
LAMBDA = "layer.register_forward_hook(lambda m, i, o: kept.append(o) or i)"
HOOKS = {
    "a method": (METHOD, "        return inputs", "        return None"),
    "a function that makes it": (MADE, "        return inputs", "        return None"),
    "a lambda": (LAMBDA, "kept.append(o) or i", "(kept.append(o) or i, None)[1]"),
}


def read(code: str) -> list[str]:
    """The code without what each hook returns."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    return [mend.slice.modules[0].chunks[0].source for mend in mends(slice)]


@pytest.mark.parametrize("case", HOOKS)
def test_what_a_hook_returns_is_left_out(case: str) -> None:
    """What makes hooks, and all other functions, return what they did."""
    code, old, new = HOOKS[case]
    assert read(code) == [code.replace(old, new)]


def test_a_function_that_is_no_hook_stays() -> None:
    assert read(METHOD.replace("register_forward_hook", "register_buffer")) == []
    assert read(METHOD.replace("        return inputs\n", "        return\n")) == []
