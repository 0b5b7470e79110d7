"""Run a notebook as a job: one contract, several places.

`run` is what ``course run`` calls. Nothing heavy is imported here: papermill runs in a process of
its own.
"""

from __future__ import annotations

from course.executor.folder import Marker, RunFolder
from course.executor.request import Request
from course.executor.start import run

__all__ = ["Marker", "Request", "RunFolder", "run"]
