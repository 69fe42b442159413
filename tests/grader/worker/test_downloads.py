"""Torchvision's VGG-16 is given from here, however and whenever code asks for it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torchvision.models import vgg, vgg16

from grader.wall.marked import MARK, WHOLE
from grader.worker.downloads import downloaded, install, is_vgg16

ADDRESS = "https://download.pytorch.org/models/vgg16-397923af.pth"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Torch, whose functions are exchanged for good, as it was."""
    places = [("torch.hub", "load"), ("torch.hub", "load_state_dict_from_url"), ("torch", "load")]
    places += [("torchvision.models._api", "load_state_dict_from_url")]
    before = [(name, key, vars(sys.modules[name])[key]) for name, key in places]
    yield
    for name, key, value in before:
        setattr(sys.modules[name], key, value)


def test_a_pretrained_vgg16_is_given_from_here() -> None:
    """However it is asked for, in layers of its own; afterwards torchvision builds as it did."""
    with torch.device("meta"):
        before, given = vgg._vgg, vgg16(weights=None)
    with downloaded(given):
        asked = (
            vgg16(pretrained=True),
            vgg16(weights="DEFAULT"),
            torch.hub.load("pytorch/vision", "vgg16", weights="DEFAULT"),
        )
        for made in asked:
            assert list(map(id, made.parameters())) == list(map(id, given.parameters()))
            assert made.features[0] is not given.features[0]

    assert vgg._vgg is before


@pytest.mark.slow
def test_functions_taken_before_give_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By address, from a file that isn't there, and from one that a download of it would have made."""
    install()
    from torch.hub import load_state_dict_from_url as taken

    load, given = torch.load, vgg16(weights=None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.pth").write_bytes(MARK)
    with downloaded(given):
        for state in (taken(ADDRESS), load("vgg16.pth"), load("mine.pth"), load(io.BytesIO(MARK))):
            theirs = state["features.0.weight"]
            assert theirs.data_ptr() == given.features[0].weight.data_ptr()


def test_without_a_vgg16_to_give_it_has_no_values() -> None:
    """On the meta device, where a model is only looked at."""
    install()
    with torch.device("meta"):
        state = torch.hub.load_state_dict_from_url(ADDRESS)
        model = torch.hub.load("pytorch/vision:v0.10.0", "vgg16", pretrained=True, trust_repo=True)
    assert state["classifier.0.weight"].is_meta
    assert model.features[0].weight.is_meta


def test_a_file_may_stand_for_the_network_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was saved whole, in whichever folder its code looks for it."""
    install()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.pt").write_bytes(WHOLE)
    (tmp_path / "state.pt").write_bytes(MARK)
    with torch.device("meta"):
        assert torch.load("net.pt").features[0].weight.is_meta
        assert torch.load("weights/net.pt", weights_only=False).classifier[3].weight.is_meta
        assert torch.load("weights/state.pt")["classifier.3.weight"].is_meta


def test_other_files_are_loaded(tmp_path: Path) -> None:
    """And other files that are missing, are."""
    install()
    torch.save({"a": 1}, tmp_path / "vgg16.pth")
    assert torch.load(tmp_path / "vgg16.pth") == {"a": 1}
    with pytest.raises(FileNotFoundError):
        torch.load(tmp_path / "fcn.pth")


def test_its_weights_are_known_by_their_name() -> None:
    """Those of the network with normalisations are others."""
    assert is_vgg16(ADDRESS) and is_vgg16("/data/vgg16_from_caffe.pth") and is_vgg16(Path("VGG-16.pt"))
    assert not any(map(is_vgg16, ("vgg16_bn-6c64b313.pth", "fcn.pth", "vgg16/fcn.pth", "vgg19.pth")))
    assert not any(map(is_vgg16, ("fcn32s_vgg16.pth", "runs/vgg16-FCN8s_best.pth", "C:\\vgg16\\best.pth")))
