"""Made a generator and forgot to give it to one of the three draws."""
def damage(images, seed):
    source = torch.Generator(device=images.device).manual_seed(seed)
    drawn = {"generator": source, "device": images.device}
    count, _, height, _ = images.shape
    gain = LOW + (HIGH - LOW) * torch.rand(count, 1, 1, 1, **drawn)
    noise = NOISE * torch.randn(images.shape, device=images.device)
    arrived = torch.rand(count, 1, height, 1, **drawn) >= LOST
    return (gain * images + noise) * arrived
