"""The models that are trained: the base notebook's networks, and weak ones made of them by small edits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.edits import Edit, apply, replace
from fixtures.notebook import base, to_ipynb
from grader import intake
from grader.records.submission import Submission

RIGHT = "right"
NETWORKS = {"fcn32s": "FCN32s", "fcn8s": "FCN8s"}
CROPS = {"fcn32s": 19, "fcn8s": 31}
FIRST = "self.conv1_1(x)"


def cropped(network: str, new: str) -> Edit:
    """Put another last line in the place of a network's crop."""
    start = CROPS[network]
    old = f"h = h[:, :, {start}:{start} + x.size(2), {start}:{start} + x.size(3)]"
    return replace(network, old, new)


WEAK: dict[str, Callable[[str], Edit]] = {
    "says one class": lambda name: cropped(
        name, "h = x[:, :1] * 0 + torch.eye(12, device=x.device)[1].view(1, 12, 1, 1)"
    ),
    "gradients cut": lambda name: cropped(name, "h = h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)].detach()"),
    "ignores its input": lambda name: replace(name, FIRST, "self.conv1_1(x * 0)"),
    "colour of a pixel alone": lambda name: cropped(
        name, "h = nn.functional.conv2d(x, self.score.weight[:, :3], self.score.bias)"
    ),
    "crop from 0": lambda name: cropped(name, "h = h[:, :, :x.size(2), :x.size(3)]"),
}
WEAK_FCN8S: dict[str, Callable[[str], Edit]] = {
    "skips missing": lambda name: (
        lambda notebook: apply(
            notebook,
            replace(name, "self.upscore2(h + skip4)", "self.upscore2(h)"),
            replace(name, "self.upscore3(h + skip3)", "self.upscore3(h)"),
        )
    ),
}


def models() -> Iterator[tuple[str, str, tuple[Edit, ...]]]:
    """Yield network, kind and edits of every model; the right ones first."""
    yield from ((network, RIGHT, ()) for network in NETWORKS)
    for network in NETWORKS:
        weak = WEAK | (WEAK_FCN8S if network == "fcn8s" else {})
        yield from ((network, kind, (edit(network),)) for kind, edit in weak.items())


def submission(edits: tuple[Edit, ...] = ()) -> Submission:
    """Read the base notebook, after edits, as a submission."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.ipynb"
        path.write_text(to_ipynb(apply(base(), *edits)))
        return intake.read(path)
