"""Lines about layers that the output isn't computed from: a recording tells of them, and no output does.

What a real run gave before it was let go of shows them as well as an output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch

from grader.diagnosis.payers import LAYERS
from grader.evidence.challenge import close
from grader.evidence.ends import Given, LetGo
from grader.evidence.tracing import ENOUGH_LAYERS
from grader.network.evaluate import Evaluator
from grader.network.graph import Expr, replace_leaves, walk
from grader.network.learning import Dropping, Numbers, let_go, with_dropouts, without
from grader.network.reading import Reading
from grader.network.replaying import NotReplayableError
from grader.network.trace import Dropout

OF_WEIGHTS = ("bilinear", "copy_features", "copy_classifier", "copy_source")  # each seen by its values
OF_LAYERS = (
    *{payer.line for payer in LAYERS.values()},
    "activations",
    "pools",
    "skips",
    "skip_crops",
    "crop",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The parameters behind values that real runs gave as they were recorded, by the mode of the run.

    `unkept`: the dropouts on the way to them whose result nothing took.
    """

    evaluating: frozenset[str] = frozenset()
    training: frozenset[str] = frozenset()
    unkept: Numbers = ()

    def of(self, line: str) -> frozenset[str]:
        """Return those by which a line can be judged that asks what layers there are, or what they drop."""
        return {"dropout": self.training}.get(line, self.evaluating if line in OF_LAYERS else frozenset())


NOTHING = Shown()


def shown(
    found: LetGo, dropouts: tuple[Dropout, ...], contents: Mapping[str, str], evaluator: Evaluator
) -> Shown:
    """Compare what real runs gave with what was recorded; `contents` is what the challenge put everywhere."""

    def plain(value: Expr) -> torch.Tensor:
        return evaluator(replace_leaves(value, contents))

    def dropping(value: Expr, unkept: Numbers = ()) -> torch.Tensor:
        root = with_dropouts(value, without(dropouts, unkept))
        return Dropping(evaluator, found.chance)(replace_leaves(root, contents))

    def borne_out(unkept: Numbers) -> frozenset[str]:
        return _behind(found.training, partial(dropping, unkept=unkept))

    evaluating, trained = _behind(found.evaluating, plain), borne_out(())
    if trained >= evaluating:
        return Shown(evaluating, trained)
    others = (Shown(evaluating, borne_out(unkept), unkept) for unkept in let_go(dropouts))
    return next((one for one in others if one.training >= evaluating), Shown(evaluating, trained))


def _behind(given: Given, compute: Callable[[Expr], torch.Tensor]) -> frozenset[str]:
    same = (value for value, array in given if _is_same(value, array, compute))
    leaves = (node for value in same for node in walk(value) if node.op == "leaf")
    return frozenset(node["name"] for node in leaves if node["kind"] == "parameter")


def _is_same(value: Expr, array: torch.Tensor, compute: Callable[[Expr], torch.Tensor]) -> bool:
    try:
        return close(array, compute(value))
    except NotReplayableError:
        return False


def unreached(reading: Reading, line: str, seen: Shown = NOTHING) -> list[str]:
    """Return the layers that a line is about and that nothing leads from to the output.

    A skip's score layer that joins nothing is none of them: that costs the skip, and its layer is there.
    Where hardly any layer is left, every line but those of weights is about all: zeros have a shape, and are
    the same each time.
    """
    known = reading.layers
    reached = reading.live | seen.of(line)
    idle = {role for role, layer in known.items() if layer.weight not in reached}
    if idle <= {skip.score.role for skip in reading.architecture.skips}:
        return []
    enough = len(known) - len(idle) >= ENOUGH_LAYERS or line in OF_WEIGHTS
    about = _roles(reading, line) if enough else known
    return [role for role in about if role in idle]


def _roles(reading: Reading, line: str) -> list[str]:
    architecture = reading.architecture
    ups = [up.role for up in architecture.upscores]
    trunk = [step.role for step in architecture.trunk]
    general = {
        "activations": trunk,
        "pools": trunk,
        "dropout": ["fc6", "fc7", architecture.score.role],
        "skips": ups,
        "skip_crops": ups[-1:],
        "crop": ups[-1:],
    }
    return general.get(line, [role for role, payer in LAYERS.items() if payer.line == line])
