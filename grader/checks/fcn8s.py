"""Part 2: FCN-8s."""

from __future__ import annotations

from grader.assignment import FCN8S
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


def check_score_pools(network: ModelEvidence) -> None:
    """score_pool_3 and score_pool_4 are those of the table."""
    judge(network, "score_pools")


def check_upscores(network: ModelEvidence) -> None:
    """Three transposed convolutions, 4/2, 4/2 and 16/8, no bias."""
    judge(network, "upscores")


def check_skips(network: ModelEvidence) -> None:
    """pool4 joins after upscore1 and pool3 after upscore2, each by a plain sum."""
    judge(network, "skips")


def check_skip_crops(network: ModelEvidence) -> None:
    """The skips are cropped from where the table says."""
    judge(network, "skip_crops")


def check_reported_pretrained(saved: SavedEvidence) -> None:
    """Twenty epochs from pretrained VGG-16 were run."""
    reported.epochs(saved, FCN8S.part, pretrained=True, wanted=20)


def check_reported_test(saved: SavedEvidence) -> None:
    """Test accuracy and mean IoU are printed."""
    reported.metrics(saved, FCN8S.part)


def check_reported_figures(saved: SavedEvidence) -> None:
    """Predictions are visualised."""
    reported.figures(saved, FCN8S.part)
