"""An attribute that is not there is looked for by a like name, elsewhere, and among what there was."""

from __future__ import annotations

import pytest

from grader.mending.attributes import given, mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CLASS = """class FCN8s(nn.Module):
    def __init__(self):
        self.fc6 = nn.Conv2d(3, 4, 1)
    def forward(self, x):
        return {}"""


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("self.fc_6(x)", "'FCN8s' object has no attribute 'fc_6'", "fc6 read as fc_6"),
        ("x.minimun(0)", "'Tensor' object has no attribute 'minimun'", "minimun read as minimum"),
        (
            "np.float(x)",
            "module 'numpy' has no attribute 'float'",
            "numpy.float, gone since NumPy 1.24, read as float",
        ),
        (
            "torch.max_pool2d_(x)",
            "module 'torch' has no attribute 'max_pool2d_'",
            "max_pool2d_ read as max_pool2d",
        ),
        ("x.anything", "'Tensor' object", ""),
    ],
)
def test_it_is_read_as_what_it_may_mean(code: str, message: str, words: str) -> None:
    """The likeliest first: what nothing reads was made under a slip. Nothing where no name is told."""
    chunk = Chunk("cell 3", 1, CLASS.format(code))
    module = Module("submission", (chunk,))

    found = mends(Trouble("AttributeError", message, Place("cell 3", 5)), Slice((module,)), module, chunk)

    assert next((each.words for each in found), "") == words


def test_a_class_gives_itself_attributes_and_methods() -> None:
    """Whatever the submission's classes are called."""
    assert given(Slice((Module("submission", (Chunk("cell 3", 1, CLASS.format("x")),)),))) == {
        "fc6",
        "__init__",
        "forward",
    }
