"""Left the grey values at 0 to 255."""
class FolderDataset(Dataset):
    def __init__(self, folder):
        self.paths = sorted(folder.glob("*/*.png"))
        self.classes = sorted({path.parent.name for path in self.paths})

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        path = self.paths[i]
        grey = np.array(Image.open(path).convert("L"))
        image = torch.from_numpy(grey).unsqueeze(0).float()
        return image, torch.tensor(self.classes.index(path.parent.name))
