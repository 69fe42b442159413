"""Part 1: FCN-32s."""

from __future__ import annotations

from grader.assignment import FCN32S
from grader.checks import reported
from grader.checks.layers import (
    check_activations,
    check_build,
    check_conv1,
    check_conv2,
    check_conv3,
    check_conv4,
    check_conv5,
    check_dropout,
    check_fc6,
    check_fc7,
    check_pools,
    check_score,
    judge,
)
from grader.checks.output import (
    check_crop,
    check_determinism,
    check_forward,
    check_logits,
    check_shape,
)
from grader.checks.training import check_training_accuracy, check_training_iou, check_training_loss
from grader.checks.weights import (
    check_bilinear,
    check_copy_classifier,
    check_copy_features,
    check_copy_source,
    check_gradients,
)
from grader.evidence.model import ModelEvidence
from grader.records.submission import SavedEvidence

__all__ = [
    "check_activations",
    "check_bilinear",
    "check_build",
    "check_conv1",
    "check_conv2",
    "check_conv3",
    "check_conv4",
    "check_conv5",
    "check_copy_classifier",
    "check_copy_features",
    "check_copy_source",
    "check_crop",
    "check_determinism",
    "check_dropout",
    "check_fc6",
    "check_fc7",
    "check_forward",
    "check_gradients",
    "check_logits",
    "check_pools",
    "check_score",
    "check_shape",
    "check_training_accuracy",
    "check_training_iou",
    "check_training_loss",
]


def check_upscore(network: ModelEvidence) -> None:
    """One transposed convolution, kernel 64, stride 32, no bias."""
    judge(network, "upscore")


def check_reported_scratch(saved: SavedEvidence) -> None:
    """Ten epochs from scratch were run."""
    reported.epochs(saved, FCN32S.part, pretrained=False, wanted=10)


def check_reported_pretrained(saved: SavedEvidence) -> None:
    """Twenty epochs from pretrained VGG-16 were run."""
    reported.epochs(saved, FCN32S.part, pretrained=True, wanted=20)


def check_reported_test(saved: SavedEvidence) -> None:
    """Test accuracy and mean IoU are printed."""
    reported.metrics(saved, FCN32S.part)


def check_reported_figures(saved: SavedEvidence) -> None:
    """Predictions are visualised."""
    reported.figures(saved, FCN32S.part)
