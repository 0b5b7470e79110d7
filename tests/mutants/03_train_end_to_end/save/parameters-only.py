"""Saved the parameters without the buffers: running statistics are lost."""
def save_model(model, path):
    save_file({name: value.detach() for name, value in model.named_parameters()}, path)


def load_model(path, device):
    model = TileNet()
    model.load_state_dict(load_file(path), strict=False)
    return model.to(device).eval()
