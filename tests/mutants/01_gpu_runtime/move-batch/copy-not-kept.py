"""Called .to and returned the old tensor: it does not move in place."""
def move_batch(batch, device):  # tensors of any shape in dict, list, tuple, namedtuple; torch.device
    if isinstance(batch, torch.Tensor):
        batch.to(device)
        return batch
    if isinstance(batch, dict):
        return {key: move_batch(value, device) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        entries = [move_batch(entry, device) for entry in batch]
        return type(batch)(*entries) if hasattr(batch, "_fields") else type(batch)(entries)
    return batch
