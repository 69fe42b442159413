"""What the trusted side may ask for: a closed list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.wall import verbs
from grader.worker import cam, challenge, confirming, gradcam, models, resuming, training, vgg
from grader.worker.answering import blaming
from grader.worker.leftovers import again

_KNOWN: Mapping[type[verbs.Request[Any]], Any] = {
    verbs.Build: models.build,
    verbs.Trace: models.trace,
    verbs.Constants: challenge.constants,
    verbs.Shapes: models.shapes,
    verbs.Gradients: models.gradients,
    verbs.Initial: challenge.initial,
    verbs.Begun: vgg.begun,
    verbs.Fill: challenge.fill,
    verbs.Ends: challenge.ends,
    verbs.Forward: challenge.forward,
    verbs.Release: challenge.release,
    verbs.Narrow: confirming.narrow,
    verbs.Run: confirming.run,
    verbs.MakeVgg: vgg.make_vgg,
    verbs.CopyVgg: vgg.copy_vgg,
    verbs.Sample: vgg.sample,
    verbs.TrainBegin: training.begin,
    verbs.TrainPictures: training.learn_from,
    verbs.TrainSteps: training.steps,
    verbs.TrainGradients: training.gradients,
    verbs.TrainPredict: training.predict,
    verbs.TrainBest: training.best,
    verbs.TrainState: resuming.state,
    verbs.TrainResume: resuming.resume,
    verbs.TrainEnd: training.end,
    verbs.ClsPred: cam.cls_pred,
    verbs.Cam: cam.cam,
    verbs.GradCam: gradcam.grad_cam,
    verbs.CamCell: cam.cam_cell,
}
OPERATIONS = {kind: blaming(again(operation)) for kind, operation in _KNOWN.items()}
