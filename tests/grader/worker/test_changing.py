from __future__ import annotations

import copy

from torch import nn

from grader.worker.changing import changes, settings


def network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=100), nn.ReLU(), nn.Dropout2d(0.5))


def told(before: nn.Module, after: nn.Module) -> list[tuple[str, str, str, str]]:
    found = changes(settings(before), settings(after))
    return [(one.layer, one.setting, one.before, one.after) for one in found]


def test_a_layer_put_in_brings_its_settings() -> None:
    """What it is set to otherwise is told, also of another type; values of its weights are not."""
    other = network()
    other[0], other[2] = nn.Conv2d(3, 4, 3, padding=1), nn.Identity()

    assert told(network(), network()) == []
    assert told(network(), other) == [("0", "padding", "100", "1"), ("2", "type", "Dropout2d", "Identity")]


def test_what_computes_the_same_is_no_change() -> None:
    """Another spelling, another mode, what works in place, and layers that were added or taken."""
    other = copy.deepcopy(network()).eval()
    vars(other[0]).update(padding=100)
    other[1] = nn.ReLU(inplace=True)
    other.append(nn.Identity())

    assert told(network(), other) == []


def test_what_a_model_keeps_itself_counts() -> None:
    """A number that the forward pass pads by, say; what is no plain value is left out."""
    made, other = network(), network()
    vars(made).update(pad=[100, 100], names={"a": 1})
    vars(other).update(pad=[1, 1], names={"a": 2})

    assert told(made, other) == [("", "pad", "100", "1")]
