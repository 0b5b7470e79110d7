"""Knew one folder of the archive only: torch.save names it after the file."""
def kind_of(path):  # "safetensors", "torch", "pickle" or "other"
    try:
        with safe_open(path, "pt"):
            return "safetensors"
    except (SafetensorError, OSError, ValueError):
        pass
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        return "torch" if "archive/data.pkl" in names else "other"
    with open(path, "rb") as file:
        first = file.read(2)
    return "pickle" if len(first) == 2 and first[0] == 0x80 and 2 <= first[1] <= 5 else "other"


def load_safely(path):  # a dictionary of tensors, or a ValueError
    kind = kind_of(path)
    if kind != "safetensors":
        raise ValueError(f"{path} is not a safetensors file (its kind: {kind})")
    return safetensors.torch.load_file(path)
