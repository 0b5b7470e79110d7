"""What a submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    cell, total
        Wall-clock seconds for one cell and for a whole notebook.
    output
        Bytes of output kept for one cell.
    memory
        Bytes of memory, all processes of the submission together, on top of what a warm worker has.
    disk
        Bytes of files it may write; they lie in memory too.
    processes
        Processes and threads at once.
    """

    cell: float = 60.0
    total: float = 240.0
    output: int = 1_000_000
    memory: int = 4 << 30
    disk: int = 512 << 20
    processes: int = 256
