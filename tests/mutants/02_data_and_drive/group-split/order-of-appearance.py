"""Shuffled the groups as they come first in the data: another order of files, another split."""
def group_split(groups, share, seed):
    names = list(dict.fromkeys(groups.tolist()))
    wanted, held, chosen = share * len(groups), 0, []
    for k in np.random.default_rng(seed).permutation(len(names)):
        size = int((groups == names[k]).sum())
        if abs(held + size - wanted) < abs(held - wanted):
            held += size
            chosen.append(names[k])
    inside = np.isin(groups, chosen)
    return np.flatnonzero(~inside), np.flatnonzero(inside)
