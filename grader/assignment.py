"""The assignment's vocabulary, once: parts, networks, the names that are graded, what is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.architecture import Architecture


@dataclass(frozen=True, slots=True)
class Network:
    """One of the two networks: its class, how people write it, and its layers with their crops."""

    title: str
    name: str

    @property
    def table(self) -> Callable[..., Architecture]:
        """Its layers for a number of classes; only here the solution is needed, for the words it is not."""
        from reference import architecture

        return {"fcn32s": architecture.fcn32s, "fcn8s": architecture.fcn8s}[self.part]

    @property
    def part(self) -> str:
        """The id of its part."""
        return self.name.lower()


FCN32S, FCN8S = Network("FCN-32s", "FCN32s"), Network("FCN-8s", "FCN8s")
NETWORKS = {network.part: network for network in (FCN32S, FCN8S)}

QUESTIONS, CAM = "questions", "cam"  # the parts that are about no network
PARTS = (FCN32S.part, FCN8S.part, QUESTIONS, CAM)  # each with the file of its checks
JUDGED = (FCN32S.part, FCN8S.part, CAM)  # whatever part is none of them, a person grades
TITLES = {FCN32S.part: FCN32S.title, FCN8S.part: FCN8S.title, CAM: "the class activation maps"}
TOPICS = {FCN32S.part: FCN32S.title, FCN8S.part: FCN8S.title, CAM: "class activation maps"}

PREDICT, MAP, WEIGHT = "get_cls_pred", "returnCAM", "weight_fc"  # two functions, and the last cell's variable
PART_OF = {FCN32S.name: FCN32S.part, FCN8S.name: FCN8S.part, PREDICT: CAM, MAP: CAM}
GRADED = tuple(PART_OF)

# What the kit's trainer prints, each with a number, and what get_cls_pred prints before both its values.
EPOCH_FIELDS = ("Epoch Loss", "Avg Acc", "Mean IoU")
TEST_FIELDS = ("Test Acc", "Test Mean IoU")
TOP1 = r"top-?1 prediction"  # as an expression: people write a hyphen
TOP1_LINE = "top1 prediction: 0.444 -> name"


def topic(parts: Iterable[str]) -> str:
    """Return what an assignment of these parts is about."""
    return ", ".join(TOPICS[part] for part in dict.fromkeys(parts) if part in TOPICS)


def printed(fields: tuple[str, ...]) -> str:
    """Return a printed line as it is shown to people: its fields without their numbers."""
    return ", ".join(f"{name}: ..." for name in fields)
