"""Split the items at random, as most tutorials do: a group stands on both sides."""
def group_split(groups, share, seed):
    order = np.random.default_rng(seed).permutation(len(groups))
    cut = round(share * len(groups))
    return order[cut:], order[:cut]
