"""Where student code runs: bubblewrap outside, a namespace per submission inside, warm workers."""
