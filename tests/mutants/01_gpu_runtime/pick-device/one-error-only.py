"""Expected a RuntimeError; a PyTorch without CUDA raises an AssertionError."""
def works(device):  # torch.device -> True or False
    try:
        ones = torch.ones(8, 8, device=device)  # [8, 8]
        return (ones @ ones).sum().item() == 512
    except RuntimeError:
        return False


def pick_device(names, works):  # list of texts, best first; function torch.device -> True or False
    for name in names:
        if works(torch.device(name)):
            return torch.device(name)
    return torch.device("cpu")
