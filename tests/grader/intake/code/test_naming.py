"""A target under another name is found by what it is and how it is used."""

from __future__ import annotations

import ast

import pytest

from grader.assignment import GRADED
from grader.intake.code.naming import other_names

FORWARD = "(nn.Module):\n    def forward(self, x): return x\n"
ON_VGG = "(nn.Module):\n    def forward(self, x): return {}({}(x, 4096))\n"
ENLARGING = ON_VGG.format("nn.ConvTranspose2d", "conv")
SKIPPING = ON_VGG.format("F.interpolate", "nn.ConvTranspose2d")
CHOOSING = "(logit):\n    return logit.softmax(1).argmax(1)\n"
MAP = "(features, weights, k): return features\n"
CASES = {
    "a network without its last letter": (f"class FCN32{FORWARD}", {"FCN32s": "FCN32"}),
    "a network in other letters": (f"class Fcn_8s{FORWARD}", {"FCN8s": "Fcn_8s"}),
    "a network with more": (f"class VGG16_FCN8{FORWARD}", {"FCN8s": "VGG16_FCN8"}),
    "the last of two": (f"class FCN8{FORWARD}class FCN8_final{FORWARD}", {"FCN8s": "FCN8_final"}),
    "a network above its own part": (
        f"class FCN8(nn.Module):\n    def forward(self, x): return FCN8Head()(x)\nclass FCN8Head{FORWARD}",
        {"FCN8s": "FCN8"},
    ),
    "a network above its loss": (
        f"class FCN8{FORWARD}class FCN8Loss(nn.Module):\n    def forward(self, out, target): return out\n",
        {"FCN8s": "FCN8"},
    ),
    "a network with a switch": (
        "class FCN8(nn.Module):\n    def forward(self, x, shows=False): return x\n",
        {"FCN8s": "FCN8"},
    ),
    "a function that gives one": (
        "def fcn8(n):\n    class Net(nn.Module):\n        def forward(self, x): return x\n    return Net()\n",
        {"FCN8s": "fcn8"},
    ),
    "a function that trains one": (
        "def train_fcn8(n):\n    class A(nn.Module):\n        def forward(self, x): return x\n    fit(A())\n",
        {},
    ),
    "a data set for a network": ("class FCN8sData(Dataset):\n    def __len__(self): return 1\n", {}),
    "another network": (f"class FCN4s{FORWARD}", {}),
    "both networks by what they apply": (
        f"class Baseline{ENLARGING}class SkipNet{SKIPPING}",
        {"FCN32s": "Baseline", "FCN8s": "SkipNet"},
    ),
    "two that may be it": (
        f"class FCN32s{ENLARGING}class A{SKIPPING}class B{SKIPPING}",
        {"FCN32s": "FCN32s"},
    ),
    "a network that no part asks for": (f"class UNet{ENLARGING.replace('4096', '1024')}", {}),
    "one built on the other": (
        f"class FCN32s{ENLARGING}class Skips(FCN32s):\n    def forward(self, x): return F.interpolate(x)\n",
        {"FCN32s": "FCN32s", "FCN8s": "Skips"},
    ),
    "a map": (f"def get_cam{MAP}", {"returnCAM": "get_cam"}),
    "what draws a map": ("def show_cam(image, mask, path): pass\n", {}),
    "a prediction": (f"def predict_class{CHOOSING}", {"get_cls_pred": "predict_class"}),
    "another prediction": ("def predict(image): return net(image)\n", {}),
    "a prediction by its use": (
        f"def get_cam{MAP}def f(x): return x\nk = f(logits)\nm = get_cam(a, w, k)\n",
        {"returnCAM": "get_cam", "get_cls_pred": "f"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_found(case: str) -> None:
    """And nothing else is taken for it."""
    text, expected = CASES[case]
    found = other_names(ast.parse(text).body, GRADED)
    assert {target: node.name for target, node in found.items()} == expected
