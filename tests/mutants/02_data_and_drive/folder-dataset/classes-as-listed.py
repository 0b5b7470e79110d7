"""Numbered the classes in the order in which the folder lists them."""
class FolderDataset(Dataset):
    def __init__(self, folder):
        self.paths = sorted(folder.glob("*/*.png"))
        self.classes = [path.name for path in folder.iterdir() if path.is_dir()]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        path = self.paths[i]
        grey = np.array(Image.open(path).convert("L"))
        image = torch.from_numpy(grey).unsqueeze(0).float() / 255
        return image, torch.tensor(self.classes.index(path.parent.name))
