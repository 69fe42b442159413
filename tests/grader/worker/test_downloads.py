"""Only while copying is torchvision's VGG-16 another one."""

from __future__ import annotations

from torchvision.models import vgg, vgg16

from grader.worker.downloads import downloaded


def test_a_pretrained_vgg16_is_given_from_here() -> None:
    """However it is asked for; afterwards torchvision is as it was."""
    before, given = vgg._vgg, vgg16(weights=None)
    with downloaded(given):
        assert vgg16(pretrained=True) is given
        assert vgg16(weights="DEFAULT") is given

    assert vgg._vgg is before
