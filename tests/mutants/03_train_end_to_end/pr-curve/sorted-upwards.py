"""Sorted from the least sure to the surest."""
def pr_curve(positive, scores):
    order = np.argsort(scores, kind="stable")
    found = np.cumsum(positive[order])
    called = np.arange(1, len(scores) + 1)
    last = np.append(np.diff(scores[order]) != 0, True)
    return (found / called)[last], (found / positive.sum())[last]
