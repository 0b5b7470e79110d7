"""Only gave the order and never read the result: a device that computes nothing passes."""
def works(device):  # torch.device -> True or False
    try:
        ones = torch.ones(8, 8, device=device)  # [8, 8]
        (ones @ ones).sum()
        return True
    except Exception:  # which error it is depends on how PyTorch was built
        return False


def pick_device(names, works):  # list of texts, best first; function torch.device -> True or False
    for name in names:
        if works(torch.device(name)):
            return torch.device(name)
    return torch.device("cpu")
