"""What a submission would download of torchvision's, given from here."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.wall.marked import MARK, WHOLE

if TYPE_CHECKING:  # a worker without torch has nothing to download either
    from torch import Tensor, nn

# How a file at the end of an address or a path is called; a name with FCN in it is that of a trained network.
VGG16 = re.compile(r"(?i)(?:^|[/\\])vgg[-_]?16(?![-_]?bn)(?!.*fcn)[^/\\]*$")
REPOSITORY = re.compile(r"(?i)^pytorch/vision\b")

_given: list[nn.Module] = []  # the VGG-16 that copying is tried with, the last one counts


@contextmanager
def downloaded(vgg16: nn.Module) -> Iterator[None]:
    """While this lasts, torchvision's pretrained VGG-16 holds this one's parameters, however it is asked for.

    Each time in layers of their own, as a download does: a submission may change them and build with them.
    """
    from torchvision.models import vgg

    build = vgg._vgg

    def given(cfg: str, batch_norm: bool, weights: Any, *rest: Any, **options: Any) -> nn.Module:
        if cfg == "D" and not batch_norm and weights is not None:
            return deepcopy(vgg16, {id(each): each for each in vgg16.parameters()})
        built: nn.Module = build(cfg, batch_norm, weights, *rest, **options)
        return built

    install()
    vgg._vgg = given
    _given.append(vgg16)
    try:
        yield
    finally:
        vgg._vgg = build
        _given.remove(vgg16)


def install() -> None:
    """Let torch and torchvision answer from here, from before code takes these functions from them."""
    for module, name, made in (
        ("torch.hub", "load_state_dict_from_url", _from_url),
        ("torchvision.models._api", "load_state_dict_from_url", _from_url),
        ("torch.utils.model_zoo", "load_url", _from_url),
        ("torch.hub", "load", _from_hub),
        ("torch", "load", _from_file),
    ):
        there = vars(sys.modules[module]) if module in sys.modules else {}
        if name in there and not hasattr(there[name], "instead_of"):
            there[name] = made(there[name])


def is_vgg16(address: object) -> bool:
    """Whether an address or a path is of VGG-16's weights."""
    return VGG16.search(str(address)) is not None


def _instead(of: Callable[..., Any], answer: Callable[..., Any]) -> Callable[..., Any]:
    answer.instead_of = of  # type: ignore[attr-defined]  # so that nothing is put in its own place
    return answer


def _from_url(load: Callable[..., Any]) -> Callable[..., Any]:
    def from_url(url: Any, *rest: Any, **options: Any) -> Any:
        state = _state() if is_vgg16(url) else None
        return load(url, *rest, **options) if state is None else state

    return _instead(load, from_url)


def _from_hub(load: Callable[..., Any]) -> Callable[..., Any]:
    """What torchvision has itself it makes, as the hub does with what it downloads of it."""

    def from_hub(repo_or_dir: Any, model: Any = "", *rest: Any, **options: Any) -> Any:
        from torchvision.models import get_model, list_models

        if not REPOSITORY.match(str(repo_or_dir)) or model not in list_models():
            return load(repo_or_dir, model, *rest, **options)
        own = ("source", "trust_repo", "force_reload", "verbose", "skip_validation")
        return get_model(model, **{key: value for key, value in options.items() if key not in own})

    return _instead(load, from_hub)


def _from_file(load: Callable[..., Any]) -> Callable[..., Any]:
    def from_file(f: Any, *rest: Any, **options: Any) -> Any:
        mark = _mark_in(f)
        if not mark:
            return load(f, *rest, **options)
        from torchvision.models import vgg16

        if mark == WHOLE:
            return vgg16(weights=None if _is_meta() else "DEFAULT")
        state = _state()
        return vgg16(weights="DEFAULT").state_dict() if state is None else state

    return _instead(load, from_file)


def _mark_in(file: Any) -> bytes:
    """The mark in a file that stands for VGG-16, by what is in it or, where it is nowhere, by its name."""
    if hasattr(file, "read"):
        with suppress(OSError, ValueError, AttributeError):
            at = file.tell()
            begins = file.read(len(WHOLE))
            file.seek(at)
            return _mark(begins)
        return b""
    path = Path(str(file))
    if path.is_file():
        return _begun(path)
    return _begun(Path(path.name)) or (MARK if is_vgg16(path) else b"")


def is_marked(file: Path) -> bool:
    """Whether a file of this name stands for VGG-16 here."""
    return bool(_begun(Path(file.name)))


def _begun(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as opened:
        return _mark(opened.read(len(WHOLE)))


def _mark(begins: bytes) -> bytes:
    return next((mark for mark in (WHOLE, MARK) if begins[: len(mark)] == mark), b"")


def _is_meta() -> bool:
    import torch

    return torch.empty(0).is_meta


def _state() -> dict[str, Tensor] | None:
    """The parameters given; on the meta device some without values; None for torchvision's own."""
    if _given:
        return dict(_given[-1].state_dict())
    if not _is_meta():
        return None
    from torchvision.models import vgg16

    return dict(vgg16(weights=None).state_dict())
