"""Returned validation first."""
def split_by_block(blocks, held_out):
    inside = np.isin(blocks, held_out)
    return np.flatnonzero(inside), np.flatnonzero(~inside)
