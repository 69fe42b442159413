"""The assignment's vocabulary, once: parts, networks, the names that are graded, what is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.architecture import Architecture


@dataclass(frozen=True, slots=True)
class Network:
    """One of the networks: its class, how people write it, and its layers with their crops."""

    title: str
    name: str

    @property
    def table(self) -> Callable[..., Architecture]:
        """Its layers for a number of classes; only here the solution is needed, for the words it is not."""
        from reference import architecture

        tables = {"fcn32s": architecture.fcn32s, "fcn16s": architecture.fcn16s, "fcn8s": architecture.fcn8s}
        return tables[self.part]

    @property
    def number(self) -> str:
        """What tells it from the others: "16" of FCN-16s."""
        return self.name.removeprefix("FCN").removesuffix("s")

    @property
    def part(self) -> str:
        """The id of its part."""
        return self.name.lower()


FCN32S, FCN16S, FCN8S = (Network(f"FCN-{n}s", f"FCN{n}s") for n in (32, 16, 8))
NETWORKS = {network.part: network for network in (FCN32S, FCN16S, FCN8S)}
MODELS = tuple(network.name for network in NETWORKS.values())
NUMBERS = "|".join(network.number for network in NETWORKS.values())  # as an expression

QUESTIONS, CAM, GRADCAM = "questions", "cam", "gradcam"  # the parts that are about no network
PARTS = (*NETWORKS, QUESTIONS, CAM, GRADCAM)  # each with the file of its checks
JUDGED = (*NETWORKS, CAM, GRADCAM)  # whatever part is none of them, a person grades
TOPICS = {part: network.title for part, network in NETWORKS.items()}
TOPICS |= {CAM: "class activation maps", GRADCAM: "Grad-CAM"}
TITLES = TOPICS | {CAM: "the class activation maps"}

PREDICT, MAP, WEIGHT = "get_cls_pred", "returnCAM", "weight_fc"  # two functions, and the last cell's variable
GRADIENTS = "gradCAM"  # the function that some years ask for besides
PART_OF = {network.name: part for part, network in NETWORKS.items()} | {
    PREDICT: CAM,
    MAP: CAM,
    GRADIENTS: GRADCAM,
}
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
