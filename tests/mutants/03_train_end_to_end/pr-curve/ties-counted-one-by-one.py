"""Gave every tile a point of its own, also where scores are equal."""
def pr_curve(positive, scores):
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(positive[order])
    called = np.arange(1, len(scores) + 1)
    return found / called, found / positive.sum()
