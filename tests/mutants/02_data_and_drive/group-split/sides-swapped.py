"""Returned validation first."""
def group_split(groups, share, seed):
    names, sizes = np.unique(groups, return_counts=True)
    wanted, held, chosen = share * len(groups), 0, []
    for k in np.random.default_rng(seed).permutation(len(names)):
        if abs(held + sizes[k] - wanted) < abs(held - wanted):
            held += sizes[k]
            chosen.append(names[k])
    inside = np.isin(groups, chosen)
    return np.flatnonzero(inside), np.flatnonzero(~inside)
