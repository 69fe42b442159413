"""Questions about part 4, drawn by number so that the smallest counterexample can be told in a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from numpy.typing import NDArray

from grader.wall.draws import draw
from grader.wall.verbs import LogitGrad

Array = NDArray[Any]
CLASSES, CHANNELS, SIDE = 1000, 512, 7
GRADS: dict[LogitGrad, str] = {"usual": "", "needed": ", with a gradient", "off": ", with gradients off"}
EXAMPLES = 12  # drawn beside the fixed ones; each is a call of the student's function

# Hypothesis also draws numbers that it finds in the source of whatever this process has imported, and keeps
# them in the working folder. Examples follow from the seed alone, and the folder is the caller's.
providers._get_local_constants = Constants


@dataclass(frozen=True)
class Logits:
    """A question to get_cls_pred: (1, 1000) float32 logits, drawn by number; `margin` is best above next."""

    number: int
    index: int
    offset: float
    margin: float
    grad: LogitGrad = "usual"

    def array(self, seed: int) -> Array:
        logits = draw(seed, f"logits/{self.number}", (1, CLASSES), 1.0)
        logits[0, self.index] = np.delete(logits[0], self.index).max() + np.float32(self.margin)
        return logits + np.float32(self.offset)

    def __str__(self) -> str:
        best = f"best class {self.index}, {self.margin:g} above the next"
        return f"logits #{self.number}: {best}, offset {self.offset:g}{GRADS[self.grad]}"


@dataclass(frozen=True)
class Maps:
    """A question to returnCAM: features (1, 512, 7, 7), weights (1000, 512) and an index, drawn by number.

    `sign` says whether the weighted sums are mixed, all positive or all negative.
    """

    number: int
    index: int
    sign: str
    scale: float

    def arrays(self, seed: int) -> tuple[Array, Array]:
        features = draw(seed, f"features/{self.number}", (1, CHANNELS, SIDE, SIDE), 1.0)
        weight = draw(seed, f"weights/{self.number}", (CLASSES, CHANNELS), 0.05)
        if self.sign != "mixed":
            features = np.abs(features)
            weight = weight + np.float32(0.05 if self.sign == "positive" else -0.05)
        return features, weight * np.float32(self.scale)

    def __str__(self) -> str:
        return (
            f"features and weights #{self.number}: class {self.index}, sums {self.sign}, scale {self.scale:g}"
        )


@dataclass(frozen=True)
class Levels:
    """A question to returnCAM whose weighted sums are of two values only.

    Where the sum is right two values come out, in the same places, whatever stretches them.
    """

    number: int
    index: int
    low: float
    high: float

    def is_high(self, seed: int) -> Array:
        """Where the sum is `high`: (7, 7) bool, both in every row and column."""
        high = draw(seed, f"levels/{self.number}", (SIDE, SIDE), 1.0) > 0
        at = np.arange(SIDE)
        high[at, at], high[at, (at + 3) % SIDE] = True, False
        return high

    def arrays(self, seed: int) -> tuple[Array, Array]:
        features, weight = Maps(self.number, self.index, "mixed", 1.0).arrays(seed)
        weight[self.index, -1] = 0.05
        others = np.tensordot(weight[self.index, :-1], features[0, :-1], axes=1)
        wanted = np.where(self.is_high(seed), self.high, self.low)
        features[0, -1] = (wanted - others) / weight[self.index, -1]
        return features, weight


LOGITS = st.builds(
    Logits,
    number=st.integers(0, 99),
    index=st.integers(1, CLASSES - 2),
    offset=st.sampled_from([0.0, -20.0, 15.0]),
    margin=st.sampled_from([1.0, 0.3, 3.0]),
)
CLASSES_ASKED = (Logits(0, 5, 0.0, 3.0), Logits(1, 311, 0.0, 3.0), Logits(2, 998, 0.0, 3.0))
NUMBERS_ASKED = (  # a probability near 1 and one of 1 as well, and logits below 0
    *CLASSES_ASKED,
    *(Logits(3, 640, 0.0, 8.0), Logits(5, 420, 0.0, 40.0), Logits(4, 77, -20.0, 3.0)),
)
MAPS = st.builds(
    Maps,
    number=st.integers(0, 99),
    index=st.integers(1, CLASSES - 2),
    sign=st.sampled_from(["mixed", "positive", "negative"]),
    scale=st.sampled_from([1.0, 0.1, 20.0]),
)
PANEL = (
    Maps(0, 7, "mixed", 1.0),
    Maps(1, 311, "positive", 1.0),
    Maps(2, 998, "negative", 1.0),
    Maps(3, 640, "mixed", 20.0),
)

LEVELS = (Levels(4, 123, -1.0, 1.5), Levels(5, 456, 0.5, 2.0), Levels(6, 789, -3.0, -0.5))


def falsify(strategy: st.SearchStrategy[Any], check: Callable[[Any], None], seed: int) -> None:
    """Try a check on drawn examples; raises the Fault of the smallest counterexample."""

    @seeded(seed)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(strategy)
    def run(example: Any) -> None:
        check(example)

    run()
