"""What otter-grader is given: the correct notebook's graded cells, and a dozen questions as its doctests.

They are those that a course would write first: shapes, layers, dropout, copying, gradients, the map of one
class. No wall, no search for what is wrong, no picture at a size that the student could not guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from pprint import pformat

from fixtures.notebook import Cell, base, to_ipynb

IMPORTS = """\
import json

import cv2
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torchvision.models import vgg16
"""
GRADED = ("fcn32s", "fcn8s", "cam")
MODELS = "net32, net8 = FCN32s(n_class=12), FCN8s(n_class=12)"  # as a notebook makes them, once each

NETWORK = {
    "shape": """
>>> with torch.no_grad(): first, second = [{net}.eval()(torch.ones(2, 3, 41, 35)) for _ in range(2)]
>>> tuple(first.shape), torch.equal(first, second)
((2, 12, 41, 35), True)
""",
    "layers": """
>>> convolutions = [each for each in {net}.modules() if type(each) is nn.Conv2d]
>>> [(each.in_channels, each.out_channels) for each in convolutions[:4]], convolutions[0].padding
([(3, 64), (64, 64), (64, 128), (128, 128)], (100, 100))
>>> sum(isinstance(each, nn.ConvTranspose2d) for each in {net}.modules())
{upscores}
""",
    "dropout": """
>>> [each.p for each in {net}.modules() if isinstance(each, nn.Dropout | nn.Dropout2d)]
[0.5, 0.5]
>>> with torch.no_grad(): tuple({net}.train()(torch.ones(1, 3, 41, 35)).shape)
(1, 12, 41, 35)
""",
    "copying": """
>>> source = vgg16(weights=None)
>>> {net}.copy_params_from_vgg16(source)
>>> torch.equal({net}.conv1_1.weight, source.features[0].weight)
True
>>> torch.equal({net}.fc6.weight.flatten(1), source.classifier[0].weight)
True
""",
    "gradients": """
>>> {net}.train()(torch.randn(1, 3, 36, 36)).square().mean().backward()
>>> all(each.grad is not None for each in {net}.parameters() if each.requires_grad)
True
""",
}
MAPS = {
    "prediction": """
>>> logits = torch.zeros(1, 1000); logits[0, 7] = 9.0
>>> int(get_cls_pred(logits))  # doctest: +ELLIPSIS
top1 prediction: ...
7
""",
    "map": """
>>> features, weights = np.random.rand(1, 512, 7, 7), np.random.randn(1000, 512)
>>> found = returnCAM(features, weights, np.array([7]))
>>> found.shape, bool(found.min() < 20), bool(found.max() > 235)  # its resizing takes from the ends
((256, 256), True, True)
""",
}


def questions() -> Mapping[str, str]:
    """Each question's doctest by its name, those of both networks and of the maps."""
    asked = {
        f"{net}_{question}": text.format(net=net, upscores=upscores)
        for net, upscores in (("net32", 1), ("net8", 3))
        for question, text in NETWORK.items()
    }
    return asked | MAPS


def write(folder: Path) -> tuple[Path, Path]:
    """Write the notebook and the folder of otter's test files; return both paths."""
    notebook, tests = folder / "assignment3.ipynb", folder / "tests"
    graded = (cell for cell in base() if cell.name in GRADED)
    notebook.write_text(
        to_ipynb([Cell("imports", IMPORTS), *graded, Cell("models", MODELS)]), encoding="utf-8"
    )
    tests.mkdir()
    for name, text in questions().items():
        (tests / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {pformat(_test(name, text))}\n")
    return notebook, tests


def _test(name: str, doctest: str) -> Mapping[str, object]:
    case = {"code": doctest.lstrip(), "hidden": False, "locked": False}
    return {"name": name, "points": 1, "suites": [{"cases": [case], "scored": True, "type": "doctest"}]}
