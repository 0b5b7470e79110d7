"""Asked PyTorch what is there instead of trying what works."""
def works(device):  # torch.device -> True or False
    try:
        ones = torch.ones(8, 8, device=device)  # [8, 8]
        return (ones @ ones).sum().item() == 512
    except Exception:  # which error it is depends on how PyTorch was built
        return False


def pick_device(names, works):  # list of texts, best first; function torch.device -> True or False
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
