"""Part 4 of a right submission, and what there is to know about it after edits."""

from __future__ import annotations

from grader.evidence.cam import CamEvidence
from grader.records.submission import Chunk, Module, Slice
from tests.grader.in_process import InProcess
from tests.grader.slim import Edit, edited

SEED = 4
LABELS = tuple(f"name {n}" for n in range(1000))
SOURCE = """\
import cv2
import numpy as np
import torch

names = [f"name {n}" for n in range(1000)]

def get_cls_pred(logit):
    prob, index = torch.softmax(logit, 1).max(1)
    print("top1 prediction: {:.3f} -> {}".format(prob.item(), names[index.item()]))
    return index

def returnCAM(feature_conv, weight_fc, idx):
    _, c, h, w = feature_conv.shape
    cam = weight_fc[idx].reshape(-1) @ feature_conv.reshape(c, h * w)
    cam = cam.reshape(h, w) - cam.min()
    return cv2.resize(np.uint8(255 * cam / cam.max()), (256, 256))
"""


def cam(*edits: Edit) -> CamEvidence:
    """What there is to know about the two functions after these edits."""
    return CamEvidence(InProcess(edited(*edits, source=SOURCE)), SEED, LABELS)


def read(*edits: Edit) -> CamEvidence:
    """The same, of a submission whose code can be read otherwise."""
    source = edited(*edits, source=SOURCE)
    slice = Slice(
        (Module("submission", (Chunk("cell 1", 1, source),)),),
        {"get_cls_pred": "submission", "returnCAM": "submission"},
    )
    student = InProcess(source)
    student.world.slice = slice
    return CamEvidence(student, SEED, LABELS, slice=slice)
