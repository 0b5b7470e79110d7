"""Drew everything on the CPU and left it there.

Only hidden tests see it.
"""
def damage(images, seed):
    source = torch.Generator().manual_seed(seed)
    drawn = {"generator": source}
    count, _, height, _ = images.shape
    gain = LOW + (HIGH - LOW) * torch.rand(count, 1, 1, 1, **drawn)
    noise = NOISE * torch.randn(images.shape, **drawn)
    arrived = torch.rand(count, 1, height, 1, **drawn) >= LOST
    return (gain * images + noise) * arrived
