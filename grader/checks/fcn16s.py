"""FCN-16s, which a course year may ask for beside the others."""

from __future__ import annotations

from grader.assignment import FCN16S
from grader.checks import reported
from grader.checks.fcn import check_build as check_build
from grader.checks.fcn import check_line as check_line
from grader.checks.output import check_crop as check_crop
from grader.checks.output import check_determinism as check_determinism
from grader.checks.output import check_forward as check_forward
from grader.checks.output import check_shape as check_shape
from grader.checks.training import check_training_accuracy as check_training_accuracy
from grader.checks.training import check_training_iou as check_training_iou
from grader.checks.training import check_training_loss as check_training_loss
from grader.checks.weights import check_bilinear as check_bilinear
from grader.checks.weights import check_copy_classifier as check_copy_classifier
from grader.checks.weights import check_copy_features as check_copy_features
from grader.checks.weights import check_copy_source as check_copy_source
from grader.checks.weights import check_gradients as check_gradients
from grader.evidence.case import Case
from grader.records.submission import SavedEvidence


def check_reported_pretrained(saved: SavedEvidence, case: Case) -> None:
    """As many epochs as asked for from pretrained VGG-16 were run."""
    reported.epochs(saved, FCN16S.part, pretrained=True, wanted=case.profile.epochs["pretrained"])


def check_reported_test(saved: SavedEvidence) -> None:
    """Test accuracy and mean IoU are printed."""
    reported.metrics(saved, FCN16S.part)


def check_reported_figures(saved: SavedEvidence) -> None:
    """Predictions are visualised."""
    reported.figures(saved, FCN16S.part)
