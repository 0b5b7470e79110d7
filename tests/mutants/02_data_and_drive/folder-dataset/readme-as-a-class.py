"""Took everything in the folder for a class."""
class FolderDataset(Dataset):
    def __init__(self, folder):
        self.classes = sorted(os.listdir(folder))
        self.paths = sorted(folder.glob("*/*.png"))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        path = self.paths[i]
        grey = np.array(Image.open(path).convert("L"))
        image = torch.from_numpy(grey).unsqueeze(0).float() / 255
        return image, torch.tensor(self.classes.index(path.parent.name))
