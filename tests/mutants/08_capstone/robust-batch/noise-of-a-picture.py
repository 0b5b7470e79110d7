"""Drew one number of noise for each picture, not for each pixel."""
def damage(images, seed):
    source = torch.Generator(device=images.device).manual_seed(seed)
    drawn = {"generator": source, "device": images.device}
    count, _, height, _ = images.shape
    gain = LOW + (HIGH - LOW) * torch.rand(count, 1, 1, 1, **drawn)
    noise = NOISE * torch.randn(count, 1, 1, 1, **drawn)
    arrived = torch.rand(count, 1, height, 1, **drawn) >= LOST
    return (gain * images + noise) * arrived
