"""Forgot the channel dimension: [36, 36] instead of [1, 36, 36]."""
class TileDataset(Dataset):
    def __init__(self, images, labels):
        self.images = torch.from_numpy(images).float() / 127.5 - 1
        self.labels = torch.from_numpy(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.images[i], self.labels[i]
