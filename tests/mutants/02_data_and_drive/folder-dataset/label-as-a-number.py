"""Returned the class number as a plain int instead of a tensor."""
class FolderDataset(Dataset):
    def __init__(self, folder):
        self.paths = sorted(folder.glob("*/*.png"))
        self.classes = sorted({path.parent.name for path in self.paths})

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        path = self.paths[i]
        grey = np.array(Image.open(path).convert("L"))
        image = torch.from_numpy(grey).unsqueeze(0).float() / 255
        return image, self.classes.index(path.parent.name)
