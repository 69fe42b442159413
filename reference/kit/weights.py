"""Weights for the kit's networks: torchvision's where they can be had, seeded ones elsewhere."""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import torch
from torch import Tensor

RESNET18, VGG16 = "resnet18-f37072fd.pth", "vgg16-397923af.pth"
SITE = "https://download.pytorch.org/models/"
TIMEOUT = 3.0  # seconds without a byte until a download is given up
POLICY = (
    "FCN_CAM_WEIGHTS"  # environment: "download" (default), "cached" or "seeded" is the most that is tried
)
SEED = 17  # of those tried, one that is sure of itself on both pictures, and of different classes

State = dict[str, Tensor]


def pretrained(file: str, shapes: Mapping[str, torch.Size]) -> State:
    """Load torchvision's checkpoint `file`, or make seeded weights of these shapes; prints which it was."""
    path = _find(file)
    if path is not None:
        print("load pretrained weights")
        return load(path)
    print("no pretrained weights here: seeded weights instead")
    return seeded(shapes)


def load(path: Path) -> State:
    """Read a checkpoint of torchvision's from the machine's own cache: never a student's file."""
    state: State = torch.load(path, map_location="cpu", weights_only=True)
    return state


def cached(file: str) -> Path | None:
    """Say where a checkpoint is in torch's cache, if it is there."""
    path = _place(file)
    return path if path.is_file() else None


def fetch(file: str) -> bool:
    """Download a checkpoint, whose name ends in the first digits of its SHA-256; False if that fails."""
    path = _place(file)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with urlopen(SITE + file, timeout=TIMEOUT) as source, part.open("xb") as target:
            digest = hashlib.sha256()
            while block := source.read(1 << 20):
                digest.update(block)
                target.write(block)
        if whole := digest.hexdigest().startswith(path.stem.split("-")[-1]):
            part.replace(path)
        return whole
    except OSError:
        return False
    finally:
        part.unlink(missing_ok=True)


def seeded(shapes: Mapping[str, torch.Size]) -> State:
    """Make weights that depend on names and shapes alone: the same in every process."""
    return {name: torch.from_numpy(_draw(name, tuple(shape))) for name, shape in shapes.items()}


def patch_torchvision() -> None:
    """Make `torchvision.models.vgg16(pretrained=True)` and its like load weights as the kit does."""
    for module in (
        "torch.hub",
        "torchvision.models._api",
    ):  # torchvision takes its own from torch when imported
        if module in sys.modules:
            vars(sys.modules[module])["load_state_dict_from_url"] = _from_url


def _from_url(url: str, *_args: object, **_options: object) -> State:
    from torchvision.models import get_model  # here, because importing it takes a second

    file = url.rsplit("/", 1)[-1]
    with torch.device("meta"):
        blank = get_model(file.split("-")[0], weights=None)
    return pretrained(file, {name: value.shape for name, value in blank.state_dict().items()})


def _find(file: str) -> Path | None:
    policy = os.environ.get(POLICY, "download")
    if policy == "seeded":
        return None
    if cached(file) is None and policy == "download":
        fetch(file)
    return cached(file)


def _place(file: str) -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints" / file


def _draw(name: str, shape: tuple[int, ...]) -> np.ndarray:
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    rng = np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))
    low, high = _bounds(name, shape)
    values = rng.random(shape, dtype=np.float32)
    values *= np.float32(high - low)
    values += np.float32(low)
    if len(shape) > 1:  # a filter adding up to 0 sees differences only, as trained ones do
        values -= values.mean(axis=tuple(range(1, len(shape))), keepdims=True)
    return values


def _bounds(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    if len(shape) > 1:  # He: keeps the size of activations through the layers
        bound = (9 / int(np.prod(shape[1:]))) ** 0.5
        return -bound, bound
    if name.endswith(("weight", "running_var")):
        return 0.3, 1.0
    return -0.1, 0.1
