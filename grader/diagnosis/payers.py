"""Who pays for what: which line of the rubric a cause costs, and which lines it is not held against.

A cause is looked up by its whole id (`skip_crop.other`), else by its subject (`skip_crop`). A fault is paid
for once: the lines where it shows as well are `excused`. What stops the code (`code`, `submission`), what
training came to and what logs say (`training`, `reported`) cost the line that asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from grader.assignment import CAM, GRADCAM, GRADIENTS, MAP, NETWORKS, PREDICT
from grader.records.reason import Cause

LineName = Literal[
    "build", "conv1", "conv2", "conv3", "conv4", "conv5", "activations", "pools", "fc6", "fc7", "dropout",
    "score", "score_pools", "upscore", "upscores", "bilinear", "skips", "skip_crops", "crop", "shape",
    "forward", "logits", "determinism", "gradients", "copy_features", "copy_classifier", "copy_source",
    "training_loss", "training_accuracy", "training_iou",
    "reported_scratch", "reported_pretrained", "reported_test", "reported_figures", "reported_predictions",
    "question1", "question2",
    "cls_index", "cls_probability", "cls_name", "cls_return", "dtype", "weighted_sum", "class_weights",
    "normalise", "inputs_kept", "weight_fc", "maps",
    "layer", "class_logit", "averaged", "relu",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payer:
    """The line that pays, and those that do not; `without_skips` pays in FCN-32s, which lacks the line."""

    line: LineName
    excused: tuple[LineName, ...] = ()
    without_skips: LineName | None = None


LAYERS: dict[str, Payer] = {
    **{f"conv1_{n}": Payer("conv1") for n in (1, 2)},
    **{f"conv2_{n}": Payer("conv2") for n in (1, 2)},
    **{f"conv3_{n}": Payer("conv3") for n in (1, 2, 3)},
    **{f"conv4_{n}": Payer("conv4") for n in (1, 2, 3)},
    **{f"conv5_{n}": Payer("conv5") for n in (1, 2, 3)},
    "fc6": Payer("fc6"),
    "fc7": Payer("fc7"),
    "score": Payer("score"),
    "score_pool_3": Payer("score_pools"),
    "score_pool_4": Payer("score_pools"),
    "upscore": Payer("upscore"),
    **{f"upscore{n}": Payer("upscores") for n in (1, 2, 3)},
}

EXTRA: dict[str, Payer] = {  # by what a layer too many stands after
    "the input": Payer("conv1"),
    **{f"pool{n}": LAYERS[f"conv{n + 1}_1"] for n in (1, 2, 3, 4)},
    "pool5": LAYERS["fc6"],
    "a skip": Payer("score_pools", without_skips="forward"),
    **LAYERS,
}

PAYERS: dict[str, Payer] = {
    # layers: copying is tried on a VGG-16 that fits them, names that are missing are stood in for
    "build": Payer("build"),
    "build.classes": Payer("build", excused=("score", "forward")),
    "layer.extra_upscore": Payer("upscores", without_skips="upscore"),
    "layer.again_upscore": Payer("upscores", without_skips="upscore"),
    "activation": Payer("activations", excused=("forward",)),
    "pool": Payer("pools", excused=("forward",)),
    "dropout": Payer("dropout", excused=("determinism", "forward")),
    # the way up
    "skip": Payer("skips", excused=("forward",)),
    "skip_crop": Payer("skip_crops", excused=("forward",)),
    "skip_crop.other": Payer("skip_crops", excused=("forward",), without_skips="forward"),
    "crop": Payer("crop", excused=("shape", "forward")),
    "crop.axes": Payer("crop", excused=("build", "shape", "forward")),
    # what comes out
    "forward": Payer("forward"),
    "forward.returned": Payer("forward", excused=("build", "shape")),
    "forward.unkept": Payer("forward", excused=("build", "shape")),
    "logits": Payer("logits", excused=("build", "activations", "shape", "forward", "gradients")),
    "shape": Payer("shape", excused=("forward",)),
    "shape.batch": Payer("shape", excused=("build", "forward")),
    "shape.classes_last": Payer("shape", excused=("build", "forward")),
    "determinism": Payer("determinism", excused=("forward",)),
    # weights
    "bilinear": Payer("bilinear"),
    "gradients": Payer("gradients"),
    "copy.function": Payer("copy_features", excused=("copy_classifier",)),
    "copy.taken_back": Payer("copy_features", excused=("copy_classifier",)),
    "copy.source": Payer("copy_source"),
    # the notebook's outputs
    "reported.test": Payer("reported_test"),
    "reported.figures": Payer("reported_figures"),
    "reported.predictions": Payer("reported_predictions"),
    # class activation maps
    "index": Payer("cls_index", excused=("cls_probability", "cls_name")),
    "index.form": Payer("cls_return", excused=("cls_index",)),
    "probability": Payer("cls_probability"),
    "name": Payer("cls_name"),
    "map.none": Payer("weighted_sum"),
    "map.unread": Payer("weighted_sum"),
    "map.shape": Payer("shape", excused=("weighted_sum", "class_weights", "normalise", "maps")),
    "map.coloured": Payer("shape", excused=("weighted_sum", "class_weights", "normalise", "maps")),
    "map.enlarged": Payer("shape", excused=("weighted_sum", "class_weights", "normalise", "maps")),
    "map.operation": Payer("shape", excused=("dtype", "weighted_sum", "class_weights", "normalise", "maps")),
    "map.otherwise": Payer("shape", excused=("dtype", "weighted_sum", "class_weights", "normalise", "maps")),
    "map.type": Payer("dtype"),
    "map.listed": Payer("dtype"),
    "map.dtype": Payer("dtype", excused=("weighted_sum", "class_weights", "normalise", "maps")),
    "sum": Payer("weighted_sum", excused=("maps",)),
    "class": Payer("class_weights", excused=("maps",)),
    "stretch": Payer("normalise", excused=("maps",)),
    "inputs": Payer("inputs_kept"),
    "grad_sum": Payer("weighted_sum"),
    "grad_layer": Payer("layer"),
    "grad_logit": Payer("class_logit"),
    "grad_mean": Payer("averaged"),
    "grad_relu": Payer("relu"),
    "weight_fc": Payer("weight_fc", excused=("maps",)),
    "maps": Payer("maps"),
}

STOPPED: dict[str, str] = {  # what stops a target altogether costs the line that asks for it first
    **{network.name: f"{part}.build" for part, network in NETWORKS.items()},
    PREDICT: f"{CAM}.cls_index",
    MAP: f"{CAM}.weighted_sum",
    GRADIENTS: f"{GRADCAM}.weighted_sum",
}

MISNAMED: dict[str, str] = {  # what a target under another name costs: how it is called is said there
    **{network.name: STOPPED[network.name] for network in NETWORKS.values()},
    PREDICT: f"{CAM}.cls_return",
    MAP: f"{CAM}.inputs_kept",
    GRADIENTS: f"{GRADCAM}.shape",
}


def payer(cause: Cause) -> Payer | None:
    """Return who pays for a cause; None where the line that asked does."""
    subject = cause.id.partition(".")[0]
    if known := PAYERS.get(cause.id) or PAYERS.get(subject):
        return known
    match subject, cause.parameters:
        case "layer", {"after": str(after)} if cause.id != "layer.again":
            return EXTRA[after]
        case "layer", {"layer": str(role)}:
            return LAYERS[role]
        case "copy", {"parameter": str(parameter)}:
            return Payer("copy_classifier" if parameter.startswith("fc") else "copy_features")
    return None


def line_of(cause: Cause, skips: bool = True) -> LineName | None:
    """Return the line that pays for a cause in a network with skips or without."""
    known = payer(cause)
    if known is None:
        return None
    return known.line if skips else known.without_skips or known.line


def excuses(cause: Cause, line: str) -> bool:
    """Return whether a cause is not held against a line, since another one pays."""
    known = payer(cause)
    return known is not None and line in known.excused
