"""Moved the entries of the outer container only; what is nested deeper stays behind."""
def move_batch(batch, device):  # tensors of any shape in dict, list, tuple, namedtuple; torch.device
    def moved(value):
        return value.to(device) if isinstance(value, torch.Tensor) else value

    if isinstance(batch, dict):
        return {key: moved(value) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        entries = [moved(entry) for entry in batch]
        return type(batch)(*entries) if hasattr(batch, "_fields") else type(batch)(entries)
    return moved(batch)
