"""ResNet-18 whose forward pass also returns the features of layer 4."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from reference.kit.weights import RESNET18
from reference.kit.weights import pretrained as load_pretrained


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2015, figure 5, left)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1:
            shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        output: Tensor = self.relu(self.bn2(self.conv2(x)) + shortcut)
        return output


class ResNet18(nn.Module):
    """ResNet-18 under torchvision's parameter names, so that its checkpoint fits."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _layer(64, 64, stride=1)
        self.layer2 = _layer(64, 128, stride=2)
        self.layer3 = _layer(128, 256, stride=2)
        self.layer4 = _layer(256, 512, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, num_classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map pictures (N, 3, 224, 224) to logits (N, 1000) and layer-4 features (N, 512, 7, 7)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        features = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(features).flatten(1)), features


def resnet18(pretrained: bool = False, num_classes: int = 1000) -> ResNet18:
    """Build ResNet-18; pretrained loads torchvision's weights, or seeded ones where there are none."""
    if not pretrained:
        return ResNet18(num_classes)
    with torch.device("meta"):  # no time lost on random numbers that are overwritten
        net = ResNet18()
    state = load_pretrained(RESNET18, {name: value.shape for name, value in net.state_dict().items()})
    net.load_state_dict(state, assign=True)
    return net


def _layer(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1))
