"""Seeded PyTorch itself, so that dropout repeats itself after each batch."""
def damage(images, seed):
    torch.manual_seed(seed)
    count, _, height, _ = images.shape
    gain = LOW + (HIGH - LOW) * torch.rand(count, 1, 1, 1, device=images.device)
    noise = NOISE * torch.randn(images.shape, device=images.device)
    arrived = torch.rand(count, 1, height, 1, device=images.device) >= LOST
    return (gain * images + noise) * arrived
