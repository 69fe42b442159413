"""Tests of the marks for files that a notebook saves a VGG-16 in."""

from __future__ import annotations

import pytest

from grader.intake.code.saved_vgg import saved_vgg
from grader.wall.marked import MARK, WHOLE
from tests.grader.intake.code.test_program import of

VGG = "import torch, torchvision\nvgg = torchvision.models.vgg16(pretrained=True)\n"


def marks(source: str) -> dict[str, bytes]:
    return {file.path: file.content for file in saved_vgg([of(source)])}


def test_a_state_and_a_network_are_told_apart() -> None:
    """A saved state is read as a state, a saved network as a network."""
    assert marks(VGG + "torch.save(vgg.state_dict(), 'vgg.pth')") == {"vgg.pth": MARK}
    assert marks(VGG + "torch.save(obj=vgg, f='net.pt')") == {"net.pt": WHOLE}


def test_names_are_followed_to_the_file_and_to_the_network() -> None:
    """Both what is saved and where may stand behind names, and in a function."""
    place = "folder, file = 'w', 0\nfile = 'base.pth'\npath = os.path.join(folder, file)\n"
    assert marks(VGG + place + "state = vgg.state_dict()\ntorch.save(state, path)") == {"base.pth": MARK}
    inside = "def fetch(path='b.pth'):\n    net = vgg16(weights='D')\n    torch.save(net.state_dict(), path)"
    assert marks(inside) == {"b.pth": MARK}


@pytest.mark.parametrize(
    "saved",
    [
        "model = FCN8s(12)\nmodel.copy_params_from_vgg16(vgg)\ntorch.save(model.state_dict(), 'fcn8s.pth')",
        "net = torchvision.models.vgg16(weights=None)\ntorch.save(net.state_dict(), 'blank.pth')",
        "torch.save(losses, 'losses.pt')",
        "torch.save(vgg)",
    ],
)
def test_nothing_else_is_marked(saved: str) -> None:
    """A network of the assignment's, a blank one and other values are no downloads."""
    assert marks(f"{VGG}losses = []\n{saved}") == {}
