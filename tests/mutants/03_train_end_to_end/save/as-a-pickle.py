"""Used torch.save and torch.load: works, and is what the lesson warns of."""
def save_model(model, path):
    torch.save(model.state_dict(), path)


def load_model(path, device):
    model = TileNet()
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.to(device).eval()
