"""Grad-CAM: where in a picture a network's own gradients look for a class (Selvaraju et al. 2017)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from reference.cam import Bytes, Floats, min_max, upsample


def features_and_gradients(net: nn.Module, picture: Tensor, index: int) -> tuple[Floats, Floats]:
    """Return the features (C, h, w) that a network returns beside its logits, and a logit's gradients."""
    logits, features = net(picture)
    (gradients,) = torch.autograd.grad(logits[0, index], features)
    return features[0].detach().double().numpy(), gradients[0].double().numpy()


def evidence(features: ArrayLike, gradients: ArrayLike) -> Floats:
    """Sum features over channels, each times its gradient's mean (equation 1), and keep what is positive."""
    maps, slopes = np.asarray(features, np.float64), np.asarray(gradients, np.float64)
    return np.maximum(np.tensordot(slopes.mean(axis=(1, 2)), maps, axes=1), 0)


def grad_cam(net: nn.Module, picture: Tensor, index: int) -> Bytes:
    """Show where a picture (1, 3, H, W) speaks for a class: uint8 (256, 256)."""
    return upsample(min_max(evidence(*features_and_gradients(net, picture, index))).astype(np.uint8))
