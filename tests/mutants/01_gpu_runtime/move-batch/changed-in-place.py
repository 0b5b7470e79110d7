"""Wrote the moved tensors into the dictionary that was given."""
def move_batch(batch, device):  # tensors of any shape in dict, list, tuple, namedtuple; torch.device
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        for key, value in batch.items():
            batch[key] = move_batch(value, device)
        return batch
    if isinstance(batch, (list, tuple)):
        entries = [move_batch(entry, device) for entry in batch]
        return type(batch)(*entries) if hasattr(batch, "_fields") else type(batch)(entries)
    return batch
