"""Left placeholders where sentences should be."""
def make_card(model, images, labels, seconds):
    return {
        "nickname": "me",
        "task": "Says whether a small grey tile shows water, coast or land.",
        "data": "Clean tiles of the Blue Marble, damaged at random while training.",
        "split": "Judged on pictures from blocks of longitude that are not trained on.",
        "metric": {"name": "balanced accuracy", "value": balanced_accuracy(model, images, labels)},
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "training_seconds": seconds,
        "intended_use": "TODO",
        "limits": "TODO",
        "licence": "MIT",
    }
