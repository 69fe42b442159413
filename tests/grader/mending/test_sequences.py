"""What is no layer in a sequence becomes one, by its name where that tells; a list becomes its layers."""

from __future__ import annotations

import pytest

from grader.mending.sequences import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NO_LAYER = "torch.nn.functional.relu is not a Module subclass"


def mended(code: str, message: str = NO_LAYER) -> list[tuple[str, str]]:
    """What is read in the place of what, and the code then, the likeliest first."""
    chunk = Chunk("cell 1", 1, code)
    trouble = Trouble("TypeError", message, Place("cell 1", 1))
    made = mends(trouble, Slice((Module("submission", (chunk,)),)), chunk)
    return [(mend.words, mend.slice.modules[0].chunks[0].source) for mend in made]


def of(code: str, message: str = NO_LAYER) -> list[str]:
    """What is read in the place of what, the likeliest first."""
    return [words for words, _ in mended(code, message)]


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("nn.Sequential(nn.Conv2d(3, 64, 3), F.relu)", "`F.relu` read as `nn.ReLU()`"),
        ("nn.ModuleList([nn.Conv2d(3, 64, 3), nn.ReLU])", "`nn.ReLU` read as `nn.ReLU()`"),
        ("nn.Sequential(nn.Conv2d(3, 64, 3), nn.Dropout2d)", "`nn.Dropout2d` read as `nn.Dropout2d()`"),
        ("nn.Sequential(64, nn.Conv2d(3, 64, 3))", "`64` read as `nn.Identity()`"),
    ],
)
def test_it_is_the_layer_that_its_name_tells(code: str, first: str) -> None:
    assert of(code)[0] == first


def test_layers_and_other_troubles_stay() -> None:
    assert of("nn.Sequential(nn.Conv2d(3, 64, 3), *more)") == []
    assert of("nn.Sequential(F.relu)", "no") == []


@pytest.mark.parametrize(
    ("message", "code", "words", "then"),
    [
        (
            "list is not a Module subclass",
            "a = nn.Sequential(features[:17])\nb = nn.Sequential(features[17:])\nc = nn.Sequential(*d)",
            "`features[:17]` read as `*features[:17]`",
            "a = nn.Sequential(*features[:17])\nb = nn.Sequential(*features[17:])\nc = nn.Sequential(*d)",
        ),
        (
            "list is not a Module subclass",
            "Sequential([nn.ReLU(), Sequential([nn.ReLU()])])",
            "`[nn.ReLU(), Sequential([nn.ReLU()])]` read as `*[nn.ReLU(), Sequential([nn.ReLU()])]`",
            "Sequential(*[nn.ReLU(), Sequential(*[nn.ReLU()])])",
        ),
        (
            "generator is not a Module subclass",
            "nn.Sequential(vgg.features.children())",
            "`vgg.features.children()` read as `*vgg.features.children()`",
            "nn.Sequential(*vgg.features.children())",
        ),
        (
            "dict is not a Module subclass",
            "nn.Sequential({'a': nn.ReLU()})",
            "`{'a': nn.ReLU()}` read as `OrderedDict({'a': nn.ReLU()})`",
            "nn.Sequential(__import__('collections').OrderedDict({'a': nn.ReLU()}))",
        ),
        (
            "ModuleList.__init__() takes from 1 to 2 positional arguments but 3 were given",
            "nn.ModuleList(nn.ReLU(), nn.ReLU())",
            "`nn.ReLU(), nn.ReLU()` read as `[nn.ReLU(), nn.ReLU()]`",
            "nn.ModuleList([nn.ReLU(), nn.ReLU()])",
        ),
        (
            'Module [ModuleList] is missing the required "forward" function',
            "self.a = nn.ModuleList([nn.ReLU()])\nself.b = nn.ModuleList(many)\nself.a(x) + self.b[0](x)",
            "`nn.ModuleList` read as `nn.Sequential`, which can be called",
            "self.a = nn.Sequential(*[nn.ReLU()])\nself.b = nn.ModuleList(many)\nself.a(x) + self.b[0](x)",
        ),
        (
            "Trunk.__init__() takes 1 positional argument but 2 were given",
            "a = self.trunk[:17]\nb = self.trunk[17:]",
            "`self.trunk[:17]` read as `nn.Sequential(*list(self.trunk)[:17])`",
            "a = __import__('torch').nn.Sequential(*list(self.trunk)[:17])\n"
            "b = __import__('torch').nn.Sequential(*list(self.trunk)[17:])",
        ),
    ],
)
def test_layers_stand_as_the_sequence_takes_them(message: str, code: str, words: str, then: str) -> None:
    assert mended(code, message)[0] == (words, then)
