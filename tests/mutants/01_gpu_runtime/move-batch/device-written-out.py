"""Asked whether there is a GPU instead of using the device that was given."""
def move_batch(batch, device):  # tensors of any shape in dict, list, tuple, namedtuple; torch.device
    if isinstance(batch, torch.Tensor):
        return batch.cuda() if torch.cuda.is_available() else batch
    if isinstance(batch, dict):
        return {key: move_batch(value, device) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        entries = [move_batch(entry, device) for entry in batch]
        return type(batch)(*entries) if hasattr(batch, "_fields") else type(batch)(entries)
    return batch
