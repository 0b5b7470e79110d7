"""Divided before converting, so the division happens in whole numbers."""
class TileDataset(Dataset):
    def __init__(self, images, labels):
        self.images = torch.from_numpy(images // 128).unsqueeze(1).float() * 2 - 1
        self.labels = torch.from_numpy(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.images[i], self.labels[i]
