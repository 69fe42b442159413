"""What it takes to run a network for real, told by its recording: perhaps there is room for some channels."""

from __future__ import annotations

from dataclasses import dataclass

from grader.evidence.confirming import LARGER, SIDES
from grader.evidence.tracing import Read
from grader.network import budget, narrow
from grader.network.sizes import load

SHARES = (narrow.SHARE, 16, 32, narrow.MANY)  # what is left of the fewest channels is one at least
MOST_ELEMENTS = 200_000_000  # of all maps with all channels: a right network's take a fifth of it
FEW_ELEMENTS = 50_000_000  # of those of a run with fewer, of which there are several at once
FEW_OPERATIONS = 2e10  # of such a run: of ten, there and here, none takes a second
PHOTOGRAPH = (max(SIDES) + max(LARGER),) * 2  # the largest picture that it is run on


@dataclass(frozen=True, slots=True)
class Weighed:
    """Why a network is not run with all of its channels, "" where it is; and the share that it is run with.

    A share of 0 is none: there is no room even for one of 64 channels.
    """

    why: str = ""
    share: int = narrow.SHARE
    endless: bool = False  # nothing would interrupt it, or what it gives could not be computed again


def weighed(read: Read) -> Weighed:
    """Weigh a network by the main path of its recording."""
    steps = read.reading.path.steps[1:]
    whole = load(read.size, steps)
    lacking = "arithmetic" if whole.operations > budget.MAX_OPERATIONS else ""
    lacking = lacking or ("memory" if whole.elements > MOST_ELEMENTS else "")
    if not lacking:
        return Weighed()
    few = ((share, load(PHOTOGRAPH, steps, share)) for share in SHARES)
    fit = (s for s, n in few if n.operations <= FEW_OPERATIONS and n.elements <= FEW_ELEMENTS)
    why = f"run for real, it takes more {lacking} than a network is given here"
    endless = lacking == "arithmetic" or whole.elements > budget.MAX_TOTAL
    return Weighed(why, next(fit, 0), endless)
