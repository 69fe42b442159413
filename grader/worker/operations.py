"""What the trusted side may ask for: a closed list."""

from __future__ import annotations

from grader.worker import cam, challenge, models, training, vgg

OPERATIONS = {
    "build": models.build,
    "trace": models.trace,
    "shapes": models.shapes,
    "gradients": models.gradients,
    "initial": challenge.initial,
    "fill": challenge.fill,
    "forward": challenge.forward,
    "release": challenge.release,
    "copy_vgg": vgg.copy_vgg,
    "sample": vgg.sample,
    "train_begin": training.begin,
    "train_pictures": training.learn_from,
    "train_steps": training.steps,
    "train_predict": training.predict,
    "train_best": training.best,
    "train_end": training.end,
    "cls_pred": cam.cls_pred,
    "cam": cam.cam,
    "cam_cell": cam.cam_cell,
}
