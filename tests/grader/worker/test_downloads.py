"""Only while copying is torchvision's VGG-16 another one."""

from __future__ import annotations

from torchvision.models import vgg, vgg16

from grader.worker.downloads import downloaded


def test_a_pretrained_vgg16_is_given_from_here() -> None:
    """However it is asked for, in layers of its own; afterwards torchvision is as it was."""
    before, given = vgg._vgg, vgg16(weights=None)
    with downloaded(given):
        for made in (vgg16(pretrained=True), vgg16(weights="DEFAULT")):
            assert list(map(id, made.parameters())) == list(map(id, given.parameters()))
            assert made.features[0] is not given.features[0]

    assert vgg._vgg is before
