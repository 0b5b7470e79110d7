"""What tests need to run other programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def put_tools_on_path() -> None:
    """Put this environment's commands on PATH: a new gradebook makes nbgrader call ``alembic``."""
    here = str(Path(sys.executable).parent)
    if here not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", "")])
