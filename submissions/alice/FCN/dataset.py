import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset
from torchvision import transforms

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


class CMP_Facade_DB(Dataset):
    def __init__(self, data_list):
        self.data_list = data_list
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, STD)])

    def __len__(self):
        return len(self.data_list)

    def __getitem__(self, index):
        path = self.data_list[index]
        image, label = Image.open(path), Image.open(path.replace(".jpg", ".png"))
        half = (image.width // 2, image.height // 2)
        image, label = image.resize(half, Image.NEAREST), label.resize(half, Image.NEAREST)
        # I clip because one of my labels was broken after unzipping
        label = np.clip(np.array(label, dtype=np.int64) - 1, 0, 11)
        return self.transform(image), torch.from_numpy(label)

    def revert_input(self, image, label):
        image = image.numpy().transpose(1, 2, 0) * STD + MEAN
        return (image * 255).astype(np.uint8), label.numpy()
