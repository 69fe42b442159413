import copy

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F


def confusion(model, loader, n_class=12):
    hist = np.zeros((n_class, n_class))
    model.eval()
    with torch.no_grad():
        for image, label in loader:
            guess = model(image.to(next(model.parameters()).device)).argmax(1).cpu().numpy()
            hist += np.bincount(n_class * label.numpy().ravel() + guess.ravel(), minlength=n_class**2).reshape(
                n_class, n_class
            )
    return hist


def metrics(hist):
    union = hist.sum(0) + hist.sum(1) - np.diag(hist)
    return np.trace(hist) / hist.sum(), np.nanmean(np.diag(hist) / union)


def Trainer(model, train_loader, val_loader, test_loader, num_epochs=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, weight_decay=2e-5)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "min", patience=3, min_lr=1e-10)
    device = next(model.parameters()).device
    best, best_iou = copy.deepcopy(model), 0.0
    print("Init Model\nAvg Acc: {:.4}, Mean IoU: {:.4}".format(*metrics(confusion(model, val_loader))))
    for epoch in range(num_epochs):
        model.train()
        losses = []
        for image, label in train_loader:
            loss = F.cross_entropy(model(image.to(device)), label.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step(np.mean(losses))
        acc, iou = metrics(confusion(model, val_loader))
        print("Epochs: {}\nEpoch Loss: {:.4}, Avg Acc: {:.4}, Mean IoU: {:.4}".format(epoch, np.mean(losses), acc, iou))
        if iou > best_iou:
            best, best_iou = copy.deepcopy(model), iou
    print("Test Acc: {:.4}, Test Mean IoU: {:.4}".format(*metrics(confusion(best, val_loader))))
    return best


def visualize(model, test_loader):
    model.eval()
    for index in (1, 2, 5, 6, 7, 8):
        image, label = test_loader.dataset[index]
        with torch.no_grad():
            guess = model(image[None].to(next(model.parameters()).device)).argmax(1)[0].cpu()
        fig, axes = plt.subplots(1, 3)
        for axis, picture in zip(axes, (test_loader.dataset.revert_input(image, label)[0], label, guess)):
            axis.imshow(picture)
            axis.axis("off")
        plt.show()
