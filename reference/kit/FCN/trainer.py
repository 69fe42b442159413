"""The course's training loop and its figure, under the names of the course."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from reference.facades import PALETTE, revert
from reference.trainer import Epoch, device_of, train

SHOWN = (1, 2, 5, 6, 7, 8)  # positions in the test set


def Trainer(
    model: nn.Module,
    train_loader: DataLoader,
    val_loader: DataLoader,
    test_loader: DataLoader,
    num_epochs: int,
) -> nn.Module:
    """Train a model, print its figures after every epoch, and return it as it was at its best mean IoU."""
    run = train(model, train_loader, val_loader, test_loader, num_epochs, progress=_print_epoch)
    best = run.best.validation
    print(f"Validation Acc: {best.accuracy:.4}, Validation Mean IoU: {best.mean_iou:.4}")
    print(f"Test Acc: {run.test.accuracy:.4}, Test Mean IoU: {run.test.mean_iou:.4}")
    return run.model


@torch.no_grad()
def visualize(model: nn.Module, test_loader: DataLoader) -> None:
    """Show pictures of the test set, each above its true and its predicted classes."""
    import matplotlib.pyplot as plt  # here, because only this figure needs it

    model.eval()
    shown = [index for index in SHOWN if index < len(test_loader.dataset)]
    figure, axes = plt.subplots(3, len(shown), figsize=(2 * len(shown), 6), squeeze=False)
    for column, index in zip(axes.T, shown, strict=True):
        image, label = test_loader.dataset[index]
        prediction = model(image[None].to(device_of(model)))[0].argmax(0).cpu()
        _show(column, {"Image": revert(image), "Truth": PALETTE[label], "Prediction": PALETTE[prediction]})
    figure.tight_layout()
    plt.show()


def _show(column: np.ndarray, pictures: dict[str, np.ndarray]) -> None:
    for axis, (title, picture) in zip(column, pictures.items(), strict=True):
        axis.imshow(picture)
        axis.set_title(title)
        axis.axis("off")


def _print_epoch(epoch: Epoch) -> None:
    figures = f"Avg Acc: {epoch.validation.accuracy:.4}, Mean IoU: {epoch.validation.mean_iou:.4}"
    if epoch.number == 0:
        print("Init Model", figures, sep="\n")
    else:  # the course counts from 0
        print(f"Epochs: {epoch.number - 1}", f"Epoch Loss: {epoch.loss:.4}, {figures}", sep="\n")
