"""Took everything that can be looped over for a container: a text never ends."""
def move_batch(batch, device):  # tensors of any shape in dict, list, tuple, namedtuple; torch.device
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {key: move_batch(value, device) for key, value in batch.items()}
    if hasattr(batch, "__iter__"):
        entries = [move_batch(entry, device) for entry in batch]
        return type(batch)(*entries) if hasattr(batch, "_fields") else type(batch)(entries)
    return batch
