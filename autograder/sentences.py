"""What the accelerator twin says; a module of its own, since saying it needs no torch."""

MIXED = "on the same device"
"""What torch says, on any device, when tensors of two devices meet."""
LEFT_BEHIND = "on an accelerator, a tensor is left on the CPU: is everything moved to the device?"
TWIN_SENTENCES = (LEFT_BEHIND,)
