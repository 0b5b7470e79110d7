"""Drew one gain and one set of lost lines for the whole batch."""
def damage(images, seed):
    source = torch.Generator(device=images.device).manual_seed(seed)
    drawn = {"generator": source, "device": images.device}
    count, _, height, _ = images.shape
    gain = LOW + (HIGH - LOW) * torch.rand(1, 1, 1, 1, **drawn)
    noise = NOISE * torch.randn(images.shape, **drawn)
    arrived = torch.rand(1, 1, height, 1, **drawn) >= LOST
    return (gain * images + noise) * arrived
