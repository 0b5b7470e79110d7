"""Copied one sentence into another entry."""
def make_card(model, images, labels, seconds):
    return {
        "nickname": "me",
        "task": "Says whether a small grey tile shows water, coast or land.",
        "data": "Clean tiles of the Blue Marble, damaged at random while training.",
        "split": "Clean tiles of the Blue Marble, damaged at random while training.",
        "metric": {"name": "balanced accuracy", "value": balanced_accuracy(model, images, labels)},
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "training_seconds": seconds,
        "intended_use": "A course exercise and nothing of any importance.",
        "limits": "Never tried near the poles or with another camera.",
        "licence": "MIT",
    }
