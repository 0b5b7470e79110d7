"""Forgot .eval(): predictions depend on the rest of the batch."""
def save_model(model, path):
    save_file(model.state_dict(), path)


def load_model(path, device):
    model = TileNet()
    model.load_state_dict(load_file(path))
    return model.to(device)
