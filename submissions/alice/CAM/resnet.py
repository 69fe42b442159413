import torch
from torchvision import models


class _ResNet18(models.ResNet):
    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        features = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(features), 1)), features


def resnet18(pretrained=False):
    net = _ResNet18(models.resnet.BasicBlock, [2, 2, 2, 2])
    if pretrained:
        print("load pretrained weights")
        net.load_state_dict(models.resnet18(weights="IMAGENET1K_V1").state_dict())
    return net
