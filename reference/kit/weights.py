"""Weights for the kit's networks: torchvision's where they can be had, seeded ones elsewhere."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import torch
from torch import Tensor

RESNET18, VGG16 = "resnet18-f37072fd.pth", "vgg16-397923af.pth"
FILES = (VGG16, RESNET18)
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
    """Return where a checkpoint is in torch's cache, if it is there and whole."""
    path = _place(file)
    if not path.is_file():
        return None
    if named_rightly(path):
        return path
    print(f"{path} is not the file of that name: left aside", file=sys.stderr)
    return None


def named_rightly(path: Path) -> bool:
    """Whether a file's SHA-256 begins with the digits that its name ends in, as torchvision's do."""
    status = path.stat()
    return _digest(path, status.st_mtime_ns, status.st_size).startswith(_wanted(path))


def bring(source: Path) -> Path:
    """Copy a checkpoint into torch's cache and return where it is; raises ValueError where it isn't whole."""
    if not named_rightly(source):
        raise ValueError(f"{source.name} is not the file of that name: its SHA-256 begins with other digits")
    path = _place(source.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    shutil.copyfile(source, part)
    part.replace(path)
    return path


@lru_cache(maxsize=8)  # half a gigabyte takes a third of a second
def _digest(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wanted(path: Path) -> str:
    return path.stem.rpartition("-")[2]


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
        if whole := digest.hexdigest().startswith(_wanted(path)):
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
