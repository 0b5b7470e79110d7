"""Returned the overall accuracy three times."""
def recall_per_class(labels, predicted, classes=3):
    return np.full(classes, (labels == predicted).mean())
