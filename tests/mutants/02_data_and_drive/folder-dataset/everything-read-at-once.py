"""Read all pictures in __init__: the memory is full before training begins."""
class FolderDataset(Dataset):
    def __init__(self, folder):
        self.paths = sorted(folder.glob("*/*.png"))
        self.classes = sorted({path.parent.name for path in self.paths})
        self.images = [np.array(Image.open(path).convert("L")) for path in self.paths]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        image = torch.from_numpy(self.images[i]).unsqueeze(0).float() / 255
        return image, torch.tensor(self.classes.index(self.paths[i].parent.name))
