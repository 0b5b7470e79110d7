"""Automatic mixed precision: faster numbers where they do, full ones where they must be."""

from __future__ import annotations

import torch


def autocast(device: torch.device, *, amp: bool) -> torch.autocast:
    """Return the context for the forward pass: float16 on a GPU, bfloat16 elsewhere, or neither.

    float16 since the GPUs of free sessions (T4) have no fast bfloat16.
    """
    dtype = torch.float16 if device.type == "cuda" else torch.bfloat16
    return torch.autocast(device.type, dtype=dtype, enabled=amp)


def gradient_scaler(device: torch.device, *, amp: bool) -> torch.amp.GradScaler:
    """Return a scaler that keeps small float16 gradients from vanishing; off where not needed."""
    return torch.amp.GradScaler(device.type, enabled=amp and device.type == "cuda")
