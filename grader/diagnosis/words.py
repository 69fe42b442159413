"""Names of operations, as a person would say them."""

from __future__ import annotations

from grader.network.graph import Expr

SAID = {
    "avg_pool2d": "average pooling (avg_pool2d)",
    "adaptive_avg_pool2d": "adaptive average pooling",
    "adaptive_max_pool2d": "adaptive max pooling",
    "prelu_kernel": "prelu",
}


def plain(step: Expr) -> str:
    """Return an operation's name without its spelling in the library."""
    name = step.op.removeprefix("aten.").split(".")[0].strip("_")
    if name == "elu" and step["args"][2:3] not in ((), (1,)):
        return "selu"  # PyTorch computes it as an ELU of another scale
    return SAID.get(name, name)
