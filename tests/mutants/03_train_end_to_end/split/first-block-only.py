"""Looked at the first block held out and forgot the others."""
def split_by_block(blocks, held_out):
    inside = blocks == held_out[0]
    return np.flatnonzero(~inside), np.flatnonzero(inside)
