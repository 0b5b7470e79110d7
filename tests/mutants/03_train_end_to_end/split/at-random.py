"""Split at random, as most tutorials do: neighbouring tiles end up on both sides."""
def split_by_block(blocks, held_out):
    order = np.random.default_rng(0).permutation(len(blocks))
    cut = len(order) * 7 // 8
    return order[:cut], order[cut:]
