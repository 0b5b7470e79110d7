"""Which process this is, so that another can tell later whether it is still there."""

from __future__ import annotations

import os
import socket
from typing import Any

from course.executor.processes import born


def this_process() -> dict[str, Any]:
    """Return number, birth and machine of this process."""
    return {"pid": os.getpid(), "born": born(os.getpid()), "host": socket.gethostname()}
