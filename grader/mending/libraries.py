"""Names that libraries have: what is imported by convention, what is installed, what a module holds."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from functools import cache
from importlib.machinery import PathFinder

from grader.sandbox.staging import packages

CONVENTIONS = {
    "np": "import numpy as np",
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "functional": "from torch.nn import functional",
    "init": "from torch.nn import init",
    "optim": "from torch import optim",
    "plt": "import matplotlib.pyplot as plt",
    "pd": "import pandas as pd",
    "Image": "from PIL import Image",
    "transforms": "from torchvision import transforms",
    "models": "from torchvision import models",
    "vgg16": "from torchvision.models import vgg16",
    "OrderedDict": "from collections import OrderedDict",
    "defaultdict": "from collections import defaultdict",
    "partial": "from functools import partial",
    "Path": "from pathlib import Path",
    "Variable": "from torch.autograd import Variable",
    "Tensor": "from torch import Tensor",
    "Trainer": "from FCN.trainer import Trainer",
    "resnet18": "from CAM.resnet import resnet18",
}
IMPORTED = re.compile(r"^import ([\w.]+)")
LIBRARIES = (
    "torch", "torchvision", "numpy", "cv2", "PIL", "matplotlib", "scipy", "skimage", "sklearn", "pandas",
    "einops", "tqdm", "seaborn", "torchinfo", "torchsummary", "imageio", "requests", "IPython", "ipywidgets",
    "nest_asyncio", "tabulate", "prettytable", "termcolor", "colorama", "loguru", "natsort",
    "easydict", "addict", "yacs", "omegaconf", "jaxtyping", "lightning", "pytorch_lightning", "torchmetrics",
    "FCN", "CAM",
)  # fmt: skip
READ = {
    "torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torchvision", "torchvision.models",
    "torchvision.transforms", "torchvision.transforms.transforms", "numpy", "cv2", "json", "math",
    "PIL.Image", "copy", "collections", "functools",
}  # fmt: skip


def import_of(name: str) -> str:
    """The import that a name is missing, by convention or because it is a module; "" for other names."""
    if name in CONVENTIONS:
        return CONVENTIONS[name]
    return f"import {name}" if name in sys.stdlib_module_names or name in LIBRARIES else ""


def module_of(name: str) -> str:
    """The module that a name stands for, by convention or as its own name."""
    return next(iter(IMPORTED.findall(CONVENTIONS.get(name, ""))), name)


def modules() -> list[str]:
    """Modules that a misspelt one may stand for: libraries that are installed, and Python's own."""
    return [name for name in (*LIBRARIES, *sorted(sys.stdlib_module_names)) if is_there(name)]


@cache
def is_there(name: str) -> bool:
    """Whether a top-level module is installed or Python's own."""
    if name in sys.stdlib_module_names or name in ("FCN", "CAM"):
        return True
    return name.isidentifier() and PathFinder.find_spec(name, list(map(str, packages()))) is not None


@cache
def holds(module: str) -> tuple[str, ...]:
    """The names in one of the modules that everybody uses; no other is imported here."""
    if module not in READ:
        return ()
    return tuple(name for name in dir(importlib.import_module(module)) if not name.startswith("_"))


def members(kind: str) -> tuple[str, ...]:
    """The names that objects of a class have, for a few classes."""
    import numpy
    import torch

    classes = {"Tensor": torch.Tensor, "Parameter": torch.Tensor, "ndarray": numpy.ndarray}
    made = classes.get(kind.rpartition(".")[2])  # a message says numpy.ndarray
    return tuple(name for name in dir(made) if not name.startswith("_")) if made else ()


def methods() -> frozenset[str]:
    """The names of the methods that every module has."""
    from torch import nn

    names = (name for name in dir(nn.Module) if not name.startswith("_") and name != "forward")
    return frozenset(name for name in names if inspect.isfunction(getattr(nn.Module, name)))


def arguments(function: str) -> tuple[str, ...]:
    """The names of a layer's arguments: of `Conv2d.__init__()` those of nn.Conv2d."""
    from torch import nn

    made = getattr(nn, function.partition(".")[0], None)
    return tuple(inspect.signature(made).parameters) if isinstance(made, type) else ()
