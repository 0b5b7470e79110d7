"""Took the groups from the beginning of the alphabet, whatever the seed."""
def group_split(groups, share, seed):
    names, sizes = np.unique(groups, return_counts=True)
    wanted, held, chosen = share * len(groups), 0, []
    for name, size in zip(names, sizes):
        if abs(held + size - wanted) < abs(held - wanted):
            held += size
            chosen.append(name)
    inside = np.isin(groups, chosen)
    return np.flatnonzero(~inside), np.flatnonzero(inside)
